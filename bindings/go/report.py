#!/usr/bin/env python3
"""Turns `go test -json` (standard input) into a JUnit report, so that each test
counts as a case. Prints what the tests print; says in its exit code whether all
passed.

  go test -json ./... | report.py REPORT.xml
"""

import json
import sys
import xml.etree.ElementTree as ElementTree


def main():
    suite = ElementTree.Element("testsuite", name="go")
    outputs, failed = {}, False
    for line in sys.stdin:
        try:
            event = json.loads(line)
        except ValueError:  # What the compiler says.
            print(line, end="")
            failed = True
            continue
        action = event["Action"]
        key = event.get("Package", ""), event.get("Test", "")
        if action in ("output", "build-output"):
            print(event["Output"], end="")
            outputs[key] = outputs.get(key, "") + event["Output"]
        elif action == "build-fail" or (action == "fail" and not key[1]):
            failed = True
        elif action in ("pass", "fail", "skip") and key[1]:
            case = ElementTree.SubElement(suite, "testcase", classname=key[0].rsplit("/", 1)[-1], name=key[1],
                                          time=str(event.get("Elapsed", 0)))
            said = "".join(outputs.get(key, "").splitlines(keepends=True)[1:-1]).strip()
            if action == "fail":
                ElementTree.SubElement(case, "failure", message="failed").text = said
                failed = True
            elif action == "skip":
                ElementTree.SubElement(case, "skipped", message=said)
    ElementTree.ElementTree(suite).write(sys.argv[1])
    sys.exit(1 if failed or len(suite) == 0 else 0)


if __name__ == "__main__":
    main()
