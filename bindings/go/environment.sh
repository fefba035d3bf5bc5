# For tests, to be sourced where Bazel starts them: finds Go, and installs the
# library where pkg-config and the linker look. Fails where there is no Go: it is
# one of the packages that tools/install-dependencies.sh installs.
# Bazel gives a test no home; Go keeps what it compiled and the modules there.
HOME=$(getent passwd "$(id -u)" | cut -d: -f6)
export HOME
go=$(tools/newest_go.py) || exit 1
export PATH=${go%/*}:$PATH
packaging/install --prefix="$TEST_TMPDIR/prefix" >/dev/null
export PKG_CONFIG_PATH=$TEST_TMPDIR/prefix/lib/pkgconfig
export LD_LIBRARY_PATH=$TEST_TMPDIR/prefix/lib
# This test's own sources, without Bazel's links; nothing is written to go.mod.
export GOFLAGS="-mod=readonly -buildvcs=false" GOWORK=off
