#!/usr/bin/env bash
# Makes the self-contained libraries of archives of position-independent objects:
#
#   link_self_contained.sh COMPILER OBJCOPY AR VERSION_SCRIPT SHARED STATIC ARCHIVE...
#
# Both have the C++ library and the compiler's runtime inside, and none of what is
# inside has a name outside: whatever a program and its other libraries use of
# C++, Abseil or protobuf, of whatever version, neither sees the other.
set -euo pipefail
compiler=$1 objcopy=$2 ar=$3 script=$4 shared=$5 static=$6
shift 6

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
sed -n 's/^ *\(colo_[a-z_]*\);$/\1/p' "$script" >"$scratch/exported"
# What is exported has to be there, and what it needs comes with it.
roots=()
while read -r symbol; do
  roots+=("-Wl,-u,$symbol")
done <"$scratch/exported"
[[ ${#roots[@]} != 0 ]] || { echo "$script exports nothing" >&2; exit 1; }
# bfd: gold exports what another library could use, whatever the script says.
common=(-fuse-ld=bfd -Wl,--gc-sections "${roots[@]}")

"$compiler" -shared -static-libgcc "${common[@]}" -o "$shared" \
  -Wl,-soname,"${shared##*/}" -Wl,--version-script="$script" -Wl,--no-undefined \
  -Wl,-z,relro -Wl,-z,now -Wl,-O1 -Wl,--build-id=sha1 \
  -Wl,--start-group "$@" -l:libstdc++.a -Wl,--end-group -lm

# An inline function is in a group of its name, of which a program's linker keeps
# one: that of another library would take the place of ours. So groups become
# plain sections, and then the names local. (objcopy leaves a name alone that is one
# for the whole process, STB_GNU_UNIQUE, as C++ has them; a weak one it doesn't.)
"$compiler" -r -nostdlib "${common[@]}" -o "$scratch/colocation.o" -Wl,--force-group-allocation \
  -Wl,--start-group "$@" -l:libstdc++.a -l:libgcc_eh.a -Wl,--end-group
"$objcopy" --wildcard --weaken-symbol='_Z*' "$scratch/colocation.o"
"$objcopy" --keep-global-symbols="$scratch/exported" --strip-debug "$scratch/colocation.o"
rm -f "$static"
"$ar" rcsD "$static" "$scratch/colocation.o"
