#!/usr/bin/env bash
# What is installed can be compiled against by pkg-config and by CMake, run, and
# moved.
set -euo pipefail

fail() { echo "$*" && exit 1; }

packaging/install --prefix="$TEST_TMPDIR/first" --libdir=lib/triplet >/dev/null
# Anything with the old path in it would break now.
prefix=$TEST_TMPDIR/moved
mv "$TEST_TMPDIR/first" "$prefix"
library=$prefix/lib/triplet

for file in bin/colocate include/colocation.h libexec/colocation/launcher \
  share/colocation/proto/colocation/v1/plan.proto \
  share/doc/colocation/copyright lib/triplet/libcolocation.so.1; do
  [[ -s $prefix/$file ]] || fail "not installed: $file"
done
[[ $(readlink "$library/libcolocation.so") == libcolocation.so.1 ]] ||
  fail "libcolocation.so is no link to libcolocation.so.1"
if grep -rqs --exclude-dir=bin --exclude='libcolocation.so*' --exclude=launcher \
  "$TEST_TMPDIR" "$prefix"; then
  fail "an absolute path was installed"
fi
"$prefix/bin/colocate" plan examples/build-pipeline.yaml |
  grep "8 tasks in 1 Pod" >/dev/null || fail "the installed colocate doesn't plan"
protoc -I "$(PKG_CONFIG_PATH=$library/pkgconfig \
  pkg-config --variable=protodir colocation)" \
  --descriptor_set_out=/dev/null colocation/v1/plan.proto ||
  fail "the installed protos don't compile"

# With pkg-config: shared and dev symlink.
export PKG_CONFIG_PATH=$library/pkgconfig
[[ $("$prefix/bin/colocate" version) == *"$(pkg-config --modversion colocation)"* ]] ||
  fail "the versions differ"
# shellcheck disable=SC2046  # flags are words
cc -std=c11 -Wall -Wextra -Werror examples/c/plan.c -o "$TEST_TMPDIR/plan" \
  $(pkg-config --cflags --libs colocation) || fail "not compiled with pkg-config"
LD_LIBRARY_PATH=$library "$TEST_TMPDIR/plan" examples/build-pipeline.yaml |
  grep "8 tasks in 1 Pod" >/dev/null || fail "what was compiled with pkg-config doesn't plan"

# A wrong command line changes nothing.
for arguments in "" "--prefix=" "--novelty" "--prefix=$TEST_TMPDIR/x --libdir=/lib" \
  "--prefix=$TEST_TMPDIR/x --libdir=../lib"; do
  code=0
  # shellcheck disable=SC2086  # arguments are words
  packaging/install $arguments 2>/dev/null || code=$?
  [[ $code == 2 ]] || fail "the exit code for \"$arguments\" is $code"
done
[[ ! -e $TEST_TMPDIR/x ]] || fail "installed though the command line is wrong"
