#!/usr/bin/env bash
# `pip install` from the source folder, without a network, gives a package that
# plans by the library inside of it.
set -euo pipefail

fail() { echo "$*" && exit 1; }

export COLOCATION_LIBRARY=$PWD/capi/libcolocation.so.1
export COLOCATION_VERSION_H=$PWD/colocation/version.h
export HOME=$TEST_TMPDIR
python3 -m venv "$TEST_TMPDIR/venv"
bin=$TEST_TMPDIR/venv/bin
# What pip reads, without Bazel's links.
cp -RL bindings/python "$TEST_TMPDIR/source"
"$bin/pip" wheel -q --no-index -w "$TEST_TMPDIR/wheel" "$TEST_TMPDIR/source"
"$bin/pip" install -q --no-index "$TEST_TMPDIR"/wheel/*.whl
unset COLOCATION_LIBRARY

plan() { (cd / && "$bin/python" - "$OLDPWD/examples/build-pipeline.yaml"); }
plan <<'END' || fail "what is installed doesn't plan"
import pathlib, sys
import colocation
plan = colocation.plan(pathlib.Path(sys.argv[1]))
assert plan.share_pod("clone", "report")
# The library of the wheel, and no other that it would need.
loaded = {line.split()[-1] for line in open("/proc/self/maps") if ".so" in line}
paths = [path for path in loaded if "/libcolocation" in path]
assert paths and all("site-packages/colocation/lib/" in path for path in paths), paths
for name in ("libprotobuf", "libabsl_", "libyaml", "libstdc++"):
    assert not any(f"/{name}" in path for path in loaded), (name, loaded)
END
[[ -e $(echo "$TEST_TMPDIR"/venv/lib/python3*/site-packages/colocation/py.typed) ]] ||
  fail "the types are not installed"
"$bin/pip" check -q || fail "the metadata are wrong"
version=$(sed -n 's/.*kVersion\[\] = "\(.*\)";/\1/p' "$COLOCATION_VERSION_H")
grep -qx "Version: $version" <<<"$("$bin/pip" show colocation)" ||
  fail "the version is wrong"
"$bin/pip" uninstall -q -y colocation
[[ ! -e $(echo "$TEST_TMPDIR"/venv/lib/python3*/site-packages/colocation/lib) ]] ||
  fail "the library stays after an uninstall"

# The same sources give the same wheel.
(
  export COLOCATION_LIBRARY=$PWD/capi/libcolocation.so.1
  "$bin/pip" wheel -q --no-index -w "$TEST_TMPDIR/again" "$TEST_TMPDIR/source"
)
cmp "$TEST_TMPDIR"/wheel/*.whl "$TEST_TMPDIR"/again/*.whl || fail "the wheels differ"
