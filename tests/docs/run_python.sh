#!/usr/bin/env bash
# Runs the program that is named first with Python 3 (py_test looks for one that
# is called "python", which distributions no longer have).
exec python3 "$@"
