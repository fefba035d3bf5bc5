#!/usr/bin/env bash
# What is installed shares a process with any other protobuf, and with another copy
# of itself. Everything is built outside of the tree, by the compiler and the
# flags that a user takes.
set -euo pipefail

fail() { echo "$*" && exit 1; }

packaging/install --prefix="$TEST_TMPDIR/prefix" >/dev/null
cp -RL tests/embed/clash bindings/python/colocation "$TEST_TMPDIR"
cd "$TEST_TMPDIR"
export PKG_CONFIG_PATH=$PWD/prefix/lib/pkgconfig LD_LIBRARY_PATH=$PWD/prefix/lib
protos=$(pkg-config --variable=protodir colocation)
read -ra colocation <<<"$(pkg-config --cflags --libs colocation)"
read -ra cflags <<<"$(pkg-config --cflags colocation)"
static=(prefix/lib/libcolocation.a -lm)

# expect CLAIM COMMAND...: the command says that there was no clash.
expect() {
  local claim=$1 said
  shift
  said=$("$@" 2>&1) || fail "$claim: exit code $?: $said"
  [[ $said == "no clash" ]] || fail "$claim: $said"
}

# A program's own messages, in full and for the small runtime.
for kind in full lite; do
  mkdir $kind
  out=$kind
  [[ $kind == full ]] || out=lite:$kind
  protoc -I "$protos" --cpp_out="$out" colocation/v1/{diagnostics,options}.proto
  c++ -std=c++17 -fPIC -c -I$kind "${cflags[@]}" clash/own_protobuf.cc -o $kind/main.o
  for message in diagnostics options; do
    c++ -std=c++17 -fPIC -c -I$kind $kind/colocation/v1/$message.pb.cc -o $kind/$message.o
  done
  objects=($kind/{main,diagnostics,options}.o)
  c++ "${objects[@]}" "${colocation[@]}" -lprotobuf -o $kind/first
  expect "$kind, shared, ours first" $kind/first
  c++ "${objects[@]}" -lprotobuf "${colocation[@]}" -o $kind/last
  expect "$kind, shared, ours last" $kind/last
  c++ "${objects[@]}" "${static[@]}" -lprotobuf -o $kind/static
  expect "$kind, static library" $kind/static
  c++ "${objects[@]}" -l:libprotobuf.a "${static[@]}" -o $kind/all_static
  expect "$kind, both static" $kind/all_static
done
ldd full/all_static | grep -E "colocation|protobuf" && fail "a static library was linked as a shared one"

# Plugins that bring a copy each.
cc -std=c99 -pedantic -Wall -Wextra -Werror "${cflags[@]}" clash/two_copies.c -o two_copies
mkdir other
cp -L prefix/lib/libcolocation.so.1 other/libcolocation.so.1
expect "two copies" ./two_copies "$PWD/prefix/lib/libcolocation.so.1" "$PWD/other/libcolocation.so.1"

# Debian's Python: the newest one may be another, without Debian's protobuf.
protoc -I "$protos" --python_out=. colocation/v1/{diagnostics,kubernetes,options,request,tekton}.proto
export PYTHONPATH=$PWD COLOCATION_LIBRARY=$PWD/prefix/lib/libcolocation.so.1
expect "Debian's protobuf in Python" /usr/bin/python3 clash/python_protobuf.py

HOME=$(getent passwd "$(id -u)" | cut -d: -f6)
export HOME
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check --only-binary :all: grpcio-tools==1.85.1 >pip.log 2>&1 ||
  fail "grpcio-tools can't be installed: $(<pip.log)"
expect "a newer protobuf in Python" venv/bin/python clash/newer_protobuf.py "$protos"
