#!/usr/bin/env python3
"""Counts what Bazel test runs did, case by case, and says it in the end.

  summarize_tests.py DIRECTORY

For every run NAME there are in DIRECTORY: NAME.json, Bazel's build events
(--build_event_json_file), and NAME.exit, its exit code. Cases are counted from
the XML reports that the events name, so a target that was cached counts as it
did when it ran; a target that could not be built or that ended without a report
is one failed case. Prints skipped cases with their reasons, failed ones, a line
per run, and last "N passed, N failed[, N skipped]". Exit code 0 only if nothing
failed and something passed.
"""

import dataclasses
import json
import pathlib
import sys
import urllib.parse
import xml.etree.ElementTree as ElementTree

# Bazel's exit codes (src/main/java/com/google/devtools/build/lib/util/ExitCode.java).
SUCCESS = 0
TESTS_FAILED = 3
NO_TESTS_FOUND = 4


@dataclasses.dataclass
class Run:
    name: str
    passed: int = 0
    targets: set = dataclasses.field(default_factory=set)
    failed: list = dataclasses.field(default_factory=list)
    skipped: list = dataclasses.field(default_factory=list)

    def add_report(self, label, path):
        """Adds the cases of a JUnit report; returns whether one of them failed."""
        failures = 0
        for case in ElementTree.parse(path).iter("testcase"):
            name = case.get("classname", "")
            name = f"{name}.{case.get('name')}" if name else case.get("name")
            skip = case.find("skipped")
            if case.find("failure") is not None or case.find("error") is not None:
                failures += 1
                self.failed.append(f"{label} {name}")
            elif skip is not None:
                reason = skip.get("message") or (skip.text or "").strip()
                # GoogleTest's begins with the source position of the skip.
                reason = " ".join(reason.split("\n")[1:] or [reason]).strip()
                self.skipped.append(f"{label} {name}: {reason or 'no reason given'}")
            elif case.get("status") != "notrun":
                self.passed += 1
        return failures > 0


def read_run(directory, name):
    run = Run(name)
    exit_code = int((directory / f"{name}.exit").read_text())
    attempts = {}
    broken = []
    events = directory / f"{name}.json"
    for line in events.read_text().splitlines() if events.exists() else []:
        event = json.loads(line)
        identity = event["id"]
        if "testResult" in identity:
            which = identity["testResult"]
            # The last attempt counts.
            attempts[which["label"], which.get("run", 1), which.get("shard", 1)] = event["testResult"]
        elif "targetCompleted" in identity and not event.get("completed", {}).get("success"):
            broken.append(identity["targetCompleted"]["label"])
        elif "pattern" in identity and "aborted" in event:
            broken.append(" ".join(identity["pattern"].get("pattern", [])))
    for (label, _, _), result in attempts.items():
        run.targets.add(label)
        outputs = {output["name"]: output.get("uri", "") for output in result.get("testActionOutput", [])}
        report = pathlib.Path(urllib.parse.unquote(urllib.parse.urlparse(outputs.get("test.xml", "")).path))
        found_failure = False
        try:
            found_failure = run.add_report(label, report)
        except (OSError, ElementTree.ParseError):
            if result["status"] == "PASSED":
                run.passed += 1
        if result["status"] not in ("PASSED", "FLAKY") and not found_failure:
            run.failed.append(f"{label} ({result['status'].lower()})")
    for label in sorted(set(broken) - run.targets):
        run.failed.append(f"{label} (not built)")
    if exit_code not in (SUCCESS, NO_TESTS_FOUND) and not run.failed:
        run.failed.append(f"bazel (exit code {exit_code})")
    return run


def count(number, noun):
    return f"{number} {noun}" + ("" if number == 1 else "s")


def main():
    directory = pathlib.Path(sys.argv[1])
    by_age = sorted(directory.glob("*.exit"), key=lambda path: path.stat().st_mtime_ns)
    runs = [read_run(directory, path.stem) for path in by_age]
    print()
    for run in runs:
        for skip in run.skipped:
            print(f"SKIPPED [{run.name}] {skip}")
        for failure in run.failed:
            print(f"FAILED  [{run.name}] {failure}")
    for run in runs:
        print(f"{run.name}: {count(len(run.targets), 'test target')}, {run.passed} passed, "
              f"{len(run.failed)} failed, {len(run.skipped)} skipped")
    passed = sum(run.passed for run in runs)
    failed = sum(len(run.failed) for run in runs)
    skipped = sum(len(run.skipped) for run in runs)
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return 0 if failed == 0 and passed > 0 else 1


if __name__ == "__main__":
    sys.exit(main())
