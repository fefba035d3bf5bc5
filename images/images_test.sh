#!/usr/bin/env bash
# Each image is made twice, with the same bytes, and what is in it is enough for
# its program to run: as a user without rights, in nothing but the image.
set -euo pipefail
PATH=$PATH:/usr/sbin # chroot
cases=$TEST_TMPDIR/cases
failed=0

say() {  # NAME [WHAT IS WRONG]
  if [[ -n ${2:-} ]]; then
    echo "$1: $2"
    echo "<testcase name='$1'><failure message='failed'/></testcase>" >>"$cases"
    failed=1
  else
    echo "<testcase name='$1'/>" >>"$cases"
  fi
}

# unpack ARCHIVE DIRECTORY
unpack() {
  mkdir -p "$2/layout" "$2/root"
  tar -C "$2/layout" -xf "$1"
  local layer
  layer=$(python3 -c 'import json,sys; print(json.load(open(sys.argv[1]))[0]["Layers"][0])' "$2/layout/manifest.json")
  tar -C "$2/root" -xf "$2/layout/$layer"
}

# inside DIRECTORY PROGRAM...: runs it in the image alone.
inside() {
  local root=$1/root
  shift
  chroot --userspec=65532:65532 "$root" "$@"
}

for which in launcher controller cli; do
  images/image "$which" "localhost/colocation/$which" >"$TEST_TMPDIR/$which.tar"
  images/image "$which" "localhost/colocation/$which" >"$TEST_TMPDIR/again.tar"
  cmp "$TEST_TMPDIR/$which.tar" "$TEST_TMPDIR/again.tar" && say "$which.SameBytes" || say "$which.SameBytes" "the bytes differ"
  unpack "$TEST_TMPDIR/$which.tar" "$TEST_TMPDIR/$which"
  python3 - "$TEST_TMPDIR/$which" "$which" <<'PYTHON' && say "$which.SaysWhatItIs" || say "$which.SaysWhatItIs" "it does not"
import json, pathlib, sys
folder, which = pathlib.Path(sys.argv[1]), sys.argv[2]
docker = json.loads((folder / "layout/manifest.json").read_text())[0]
config = json.loads((folder / "layout" / docker["Config"]).read_text())["config"]
index = json.loads((folder / "layout/index.json").read_text())["manifests"][0]
assert docker["RepoTags"] == [f"localhost/colocation/{which}:0.1.0"], docker
assert index["annotations"]["org.opencontainers.image.ref.name"] == docker["RepoTags"][0], index
assert config["Labels"]["org.opencontainers.image.title"], config
assert config["Labels"]["org.opencontainers.image.version"] == "0.1.0", config
if which == "launcher":
    sys.exit()  # It has one file, and no user: the Pod's securityContext says whose it is.
assert config["User"] == "65532:65532", config
bill = json.loads((folder / "root/usr/share/doc/colocation/sbom.spdx.json").read_text())
names = [package["name"] for package in bill["packages"]]
wanted = {"controller": ["libc6", "k8s.io/client-go"], "cli": ["libc6"]}[which]
assert all(name in names for name in wanted), names
assert (folder / "root/usr/share/doc/colocation/copyright").exists()
PYTHON
done

if [[ $(id -u) != 0 ]]; then
  echo "SKIPPED: only root can run a program in nothing but its image"
  echo "<testcase name='Runs'><skipped message='not root'/></testcase>" >>"$cases"
else
  said=$(inside "$TEST_TMPDIR/controller" /controller --version 2>&1) || true
  [[ $said == "colocation controller 0.1.0" ]] && say controller.Runs || say controller.Runs "it says $said"
  said=$(inside "$TEST_TMPDIR/cli" /colocate plan - <examples/build-pipeline.yaml 2>&1) || true
  [[ $said == *"8 tasks in 1 Pod"* ]] && say cli.Runs || say cli.Runs "it says $said"
  # It has no help: what it says is that it wants to be called otherwise.
  code=0
  said=$(inside "$TEST_TMPDIR/launcher" /launcher 2>&1) || code=$?
  [[ $code != 127 && $code != 126 ]] && say launcher.Runs || say launcher.Runs "it ends with $code and says $said"
fi
echo "<testsuite name='images'>$(cat "$cases")</testsuite>" >"${XML_OUTPUT_FILE:-/dev/null}"
exit "$failed"
