#!/usr/bin/env bash
# The generated messages are those of the .proto files.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/../../.."
python3 bindings/python/generate_messages.py proto "$TEST_TMPDIR/messages.py"
diff bindings/python/colocation/_messages.py "$TEST_TMPDIR/messages.py" || {
  echo "out of date: bindings/python/generate_messages.py proto bindings/python/colocation/_messages.py"
  exit 1
}
