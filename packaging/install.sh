#!/usr/bin/env bash
# Lays out what others build against and what people run:
#
#   bazel run --config=opt //:install -- --prefix=DIR [--libdir=lib]
#
#   bin/colocate                    the command line
#   include/colocation.h            the C interface
#   LIBDIR/libcolocation.so.N       its library; libcolocation.so for -lcolocation
#   LIBDIR/libcolocation.a          the same to link statically
#   LIBDIR/pkgconfig/colocation.pc
#   LIBDIR/cmake/colocation/        find_package(colocation)
#   libexec/colocation/launcher     /launcher of the launcher image
#   share/colocation/proto/         the messages (protoc -I)
#   share/doc/colocation/           the licence
#
# Nothing that is installed has an absolute path in it: the folder may be moved,
# or packed as a part of /usr.
set -euo pipefail

usage() {
  echo "usage: bazel run --config=opt //:install -- --prefix=DIR [--libdir=lib]" >&2
  exit 2
}

prefix=
libdir=lib
for argument in "$@"; do
  case $argument in
    --prefix=?*) prefix=${argument#*=} ;;
    --libdir=?*) libdir=${argument#*=} ;;
    *) usage ;;
  esac
done
[[ -n $prefix ]] || usage
if [[ $libdir == /* || /$libdir/ == */../* ]]; then
  echo "install: --libdir is a folder below the prefix, such as lib/x86_64-linux-gnu" >&2
  exit 2
fi
# Bazel runs this somewhere else.
[[ $prefix == /* ]] || prefix=${BUILD_WORKING_DIRECTORY:-$PWD}/$prefix

# Where the runfiles are: Bazel starts this in their folder.
put() {  # MODE SOURCE DESTINATION
  install -D -m "$1" "$2" "$prefix/$3"
}

header=capi/colocation.h
version=$(sed -n 's/.*kVersion\[\] = "\(.*\)";/\1/p' colocation/version.h)
abi=$(sed -n 's/^#define COLO_SOVERSION \(.*\)/\1/p' "$header")
[[ -n $version && -n $abi ]] || { echo "install: no version found" >&2; exit 1; }

# How to get from LIBDIR/pkgconfig and LIBDIR/cmake/colocation to the prefix.
up=$(sed 's#[^/][^/]*#..#g' <<<"$libdir")
fill_in() {  # SOURCE DESTINATION
  local filled
  filled=$(mktemp)
  sed -e "s#@VERSION@#$version#g" -e "s#@SOVERSION@#$abi#g" \
    -e "s#@LIBDIR@#$libdir#g" -e "s#@UP@#$up#g" "$1" >"$filled"
  put 644 "$filled" "$2"
  rm -f "$filled"
}

put 755 cli/colocate bin/colocate
put 755 launcher/launcher libexec/colocation/launcher
put 644 "$header" include/colocation.h
put 644 "capi/libcolocation.so.$abi" "$libdir/libcolocation.so.$abi"
put 644 capi/static/libcolocation.a "$libdir/libcolocation.a"
ln -sf "libcolocation.so.$abi" "$prefix/$libdir/libcolocation.so"
fill_in packaging/colocation.pc.in "$libdir/pkgconfig/colocation.pc"
fill_in packaging/colocationConfig.cmake.in \
  "$libdir/cmake/colocation/colocationConfig.cmake"
fill_in packaging/colocationConfigVersion.cmake.in \
  "$libdir/cmake/colocation/colocationConfigVersion.cmake"
for proto in proto/colocation/v1/*.proto; do
  put 644 "$proto" "share/colocation/$proto"
done
put 644 LICENSE share/doc/colocation/copyright

echo "colocation $version is installed in $prefix"
