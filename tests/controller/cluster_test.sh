#!/usr/bin/env bash
# Runs cluster_test.go: builds kube-apiserver and the garbage collector (of the Go
# module in kubernetes/) and the controller, and says where all programs are.
set -euo pipefail

skip() {
  echo "SKIPPED: no cluster can run here: $1"
  echo "<testsuite name='cluster'><testcase name='cluster'><skipped message=\"$1\"/></testcase></testsuite>" \
    >"${XML_OUTPUT_FILE:-/dev/null}"
  exit 0
}
for program in etcd podman busybox; do
  command -v "$program" >/dev/null || skip "$program is not installed"
done
if [[ $(id -u) == 0 ]]; then
  # include/uapi/linux/capability.h: CAP_SYS_ADMIN is 21.
  capabilities=$(awk '$1 == "CapEff:" {print $2}' /proc/self/status)
  ((0x$capabilities >> 21 & 1)) || skip "root without CAP_SYS_ADMIN can't make containers"
else
  command -v newuidmap >/dev/null || skip "a user without newuidmap can't make containers"
fi

# shellcheck source=../../bindings/go/environment.sh
source bindings/go/environment.sh
report=$PWD/bindings/go/report.py
tree=$TEST_TMPDIR/tree
mkdir -p "$tree/bindings" "$tree/examples"
cp -RL bindings/go "$tree/bindings/go"
cp -RL examples/controller "$tree/examples/"
cp -L tests/controller/*_test.go "$tree/examples/controller/"
cp -RL tests/controller/kubernetes "$tree/"
export COLOCATION_KUBELET=$PWD/tests/controller/podman_kubelet
export COLOCATION_LAUNCHER=$PWD/launcher/launcher
export COLOCATION_CRDS=$PWD/tests/controller/crds.yaml
export COLOCATION_KUBE_APISERVER=$TEST_TMPDIR/kube-apiserver
export COLOCATION_GARBAGE_COLLECTOR=$TEST_TMPDIR/garbage_collector
export COLOCATION_CONTROLLER=$TEST_TMPDIR/controller

cd "$tree/kubernetes"
go list -m >/dev/null 2>&1 || skip "Go is older than in go.mod"
SECONDS=0
go build -ldflags="-s -w" -o "$COLOCATION_KUBE_APISERVER" k8s.io/kubernetes/cmd/kube-apiserver
go vet ./...
go build -ldflags="-s -w" -o "$COLOCATION_GARBAGE_COLLECTOR" ./garbage_collector
echo "kube-apiserver and the garbage collector were built in $SECONDS s"
cd "$tree/examples/controller"
go build -o "$COLOCATION_CONTROLLER" .
unformatted=$(gofmt -l .)
[[ -z $unformatted ]] || { echo "not formatted: $unformatted"; exit 1; }
go vet -tags cluster .
go test -tags cluster -count=1 -run TestCluster -json . |
  python3 "$report" "${XML_OUTPUT_FILE:-/dev/null}"
