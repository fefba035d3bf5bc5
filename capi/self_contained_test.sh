#!/usr/bin/env bash
# The installed libraries stand by themselves: the shared one needs the C library
# alone, and neither shows a name but those of the C interface.
#
#   self_contained_test.sh SHARED STATIC EXPORTED_SYMBOLS
set -euo pipefail
shared=$1 static=$2 list=$3

fail() { echo "$*" && exit 1; }

needed=$(readelf --dynamic "$shared" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' |
  grep -vxE 'lib(c|m|pthread)\.so\.[0-9]+|ld-linux[-_a-z0-9]*\.so\.[0-9]+' || true)
[[ -z $needed ]] || fail "the shared library needs $needed"
path=$(readelf --dynamic "$shared" | grep -E 'RPATH|RUNPATH|TEXTREL' || true)
[[ -z $path ]] || fail "the shared library has $path"
# Such a name is one for the whole process, whatever is exported.
unique=$(nm --dynamic "$shared" | awk '$2 == "u"')
[[ -z $unique ]] || fail "the shared library shares $unique"

[[ $(ar t "$static") == colocation.o ]] || fail "the archive holds $(ar t "$static")"
diff <(nm --defined-only --extern-only "$static" | awk 'NF == 3 {print $3}' | LC_ALL=C sort) \
  <(sed 's/@.*//' "$list" | LC_ALL=C sort -u) ||
  fail "the static library's names (<) differ from those of $list (>)"
groups=$(readelf --section-groups "$static" | grep -c 'COMDAT' || true)
[[ $groups == 0 ]] || fail "$groups groups of the static library could be taken from another"
cxx=$(nm --undefined-only "$static" | grep -E ' U (_Z|__cxa_(throw|guard|begin)|__gxx|_Unwind)' || true)
[[ -z $cxx ]] || fail "the static library needs of the C++ library: $cxx"
