#!/usr/bin/env bash
# The project in this folder, copied out of the tree, builds and runs with CMake
# and with pkg-config against installed files.
set -euo pipefail

fail() { echo "$*" && exit 1; }

packaging/install --prefix="$TEST_TMPDIR/prefix" >/dev/null
cp -RL examples/embed "$TEST_TMPDIR/embed"
cd "$TEST_TMPDIR/embed"

cmake -B build -DCMAKE_PREFIX_PATH="$TEST_TMPDIR/prefix" >cmake.log ||
  { cat cmake.log; fail "CMake doesn't find colocation"; }
cmake --build build >cmake.log || { cat cmake.log; fail "CMake doesn't build"; }
ctest --test-dir build --output-on-failure >ctest.log || { cat ctest.log; fail "ctest"; }

# A version that isn't there isn't found.
sed 's/colocation 0.1/colocation 99.0/' CMakeLists.txt >new && mv new CMakeLists.txt
if cmake -B other -DCMAKE_PREFIX_PATH="$TEST_TMPDIR/prefix" >cmake.log 2>&1; then
  fail "CMake takes any version for version 99"
fi

export PKG_CONFIG_PATH=$TEST_TMPDIR/prefix/lib/pkgconfig
# shellcheck disable=SC2046  # flags are words
cc -std=c99 -pedantic -Wall -Werror embed.c -o embed \
  $(pkg-config --cflags --libs colocation)
plan=$(LD_LIBRARY_PATH=$TEST_TMPDIR/prefix/lib ./embed)
grep -q "1 task in 1 Pod" <<<"$plan" || fail "$plan"

# Statically, with a compiler for C, and nothing that only C++ has.
# shellcheck disable=SC2046  # flags are words
cc -std=c99 -pedantic -Wall -Werror embed.c -o static $(pkg-config --cflags colocation) \
  "$TEST_TMPDIR/prefix/lib/libcolocation.a" -lm
plan=$(./static)
grep -q "1 task in 1 Pod" <<<"$plan" || fail "linked statically: $plan"
cc -std=c99 embed.c -o all_static -static $(pkg-config --cflags --libs --static colocation)
plan=$(./all_static)
grep -q "1 task in 1 Pod" <<<"$plan" || fail "a static program: $plan"
sed 's/colocation 99.0/colocation 0.1/; s/colocation::colocation/colocation::colocation_static/' CMakeLists.txt >new &&
  mv new CMakeLists.txt
cmake -B static_build -DCMAKE_PREFIX_PATH="$TEST_TMPDIR/prefix" >cmake.log || { cat cmake.log; fail "no static target"; }
cmake --build static_build >cmake.log || { cat cmake.log; fail "CMake doesn't link statically"; }
plan=$(./static_build/embed)
grep -q "1 task in 1 Pod" <<<"$plan" || fail "linked statically by CMake: $plan"
