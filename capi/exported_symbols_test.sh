#!/usr/bin/env bash
# The shared library exports what exported_symbols.txt lists and nothing else,
# under the name that programs look for. After a function was added, with its
# node in colocation.map:
#
#   capi/exported_symbols_test.sh bazel-bin/capi/libcolocation.so.1 \
#     capi/exported_symbols.txt --update
set -euo pipefail
library=$1
list=$2

exported=$(nm --dynamic --defined-only --with-symbol-versions "$library" |
  awk '$2 != "A" {print $3}' | LC_ALL=C sort)
if [[ ${3:-} == --update ]]; then
  echo "$exported" >"$list"
  exit
fi
diff <(echo "$exported") "$list" || {
  echo "the exported symbols (<) differ from $list (>)"
  exit 1
}
readelf --dynamic "$library" | grep 'SONAME.*\[libcolocation\.so\.1\]' >/dev/null || {
  echo "the SONAME is not libcolocation.so.1"
  exit 1
}
