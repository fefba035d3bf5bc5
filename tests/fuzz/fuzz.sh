#!/usr/bin/env bash
# Fuzzes a target, led by the branches that inputs take:
#
#   tests/fuzz/fuzz.sh TARGET SECONDS [FOLDER] [LIBFUZZER_OPTIONS...]
#
# TARGET is x of an x_fuzzer.cc. Inputs are kept in FOLDER (default:
# ~/.cache/colocation-fuzz/TARGET), so that a later run goes on from there. One
# that fails is written to the folder where you are, as crash-..., timeout-... or
# oom-...; run it with
#
#   bazel run --config=asan //tests/fuzz:TARGET_test -- /path/to/crash-...
#
# and, once it is mended, keep it in tests/fuzz/found/TARGET/, named after the
# fault. Needs clang with libFuzzer (Debian: clang libclang-rt-14-dev); the tests
# of the targets don't.
set -euo pipefail
if [[ $# -lt 2 ]]; then
  sed -n '2,/^set/{/^set/d;s/^# \{0,1\}//;p}' "$0"
  exit 2
fi
target=$1
seconds=$2
shift 2
folder=${HOME}/.cache/colocation-fuzz/$target
if [[ ${1:-} && $1 != -* ]]; then
  folder=$(realpath -m "$1")
  shift
fi
command -v clang >/dev/null || { echo "fuzz.sh: there is no clang" >&2; exit 1; }
here=$PWD
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.."

# A server and outputs of its own: with one, every change of the compiler would
# throw away what the other has built.
bazel=(bazel "--output_base=$HOME/.cache/colocation-fuzz/bazel")
"${bazel[@]}" build --config=fuzz "//tests/fuzz:${target}_libfuzzer"
bazel build "//tests/fuzz:${target}_test"
fuzzer=$("${bazel[@]}" info --config=fuzz bazel-bin)/tests/fuzz/${target}_libfuzzer
driver=$(bazel info bazel-bin)/tests/fuzz/${target}_test

"$driver" --write="$folder/seeds"
mkdir -p "$folder/inputs"
found=()
[[ -d tests/fuzz/found/$target ]] && found=("$PWD/tests/fuzz/found/$target")
cd "$here"
"$fuzzer" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=4096 \
  -dict="$folder/seeds.dict" -print_final_stats=1 "$@" \
  "$folder/inputs" "$folder/seeds" "${found[@]}"
