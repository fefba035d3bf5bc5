#!/usr/bin/env python3
"""What planned Pods ask for, beside what the sum of their containers would be: a table for many pipelines.

    tools/sum_versus_peak.py [--policy=P] [--cluster=FILE] [--colocate=PROGRAM] FILE_OR_FOLDER...

Each file is planned by itself (docs/planning.md, "Resources"); those that can't be are counted and left out, as are
those that ask for nothing. A parameter without a value gets one. A LimitRange in the file of --cluster gives requests
to containers that have none. Of a run in several Pods the Pods' sums and peaks are added up.
"""

import argparse
import json
import os
import re
import subprocess
import sys
from fractions import Fraction

_HERE = os.path.dirname(os.path.realpath(__file__))
_SUFFIXES = {"n": Fraction(1, 10**9), "u": Fraction(1, 10**6), "m": Fraction(1, 1000), "": Fraction(1),
             **{s: Fraction(1000**(i + 1)) for i, s in enumerate(["k", "M", "G", "T", "P", "E"])},
             **{s: Fraction(1024**(i + 1)) for i, s in enumerate(["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"])}}
_RESOURCES = ("cpu", "memory")


def quantity(text: str) -> Fraction:
    number, suffix = re.fullmatch(r"([+-]?[0-9.]+(?:[eE][+-]?[0-9]+)?)([A-Za-z]*)", text).groups()
    return Fraction(number) * _SUFFIXES[suffix]


def inputs(paths):
    for path in paths:
        if os.path.isfile(path):
            yield path
        for folder, folders, names in os.walk(path):
            folders.sort()
            yield from (os.path.join(folder, name) for name in sorted(names) if name.endswith((".yaml", ".yml")))


def plan(path: str, arguments):
    """The plan, or None where the file can't be planned by itself."""
    command = [arguments.colocate, "plan", path, "--output=json", "--controlled", "--diagnostics=json",
               "--policy=" + arguments.policy]
    if arguments.cluster:
        command.append("--cluster=" + arguments.cluster)
    for _ in range(2):
        done = subprocess.run(command, capture_output=True, check=False)
        if done.returncode == 0:
            return json.loads(done.stdout)
        if done.returncode != 1:
            raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}: {done.stderr.decode()}")
        for diagnostic in json.loads(done.stderr)["diagnostics"]:
            if diagnostic["code"] == "missing-param":
                for name in re.findall(r'"([^"]+)"', diagnostic["message"]):
                    command += ["--param", name + "=x"]
    return None


def usage(planned) -> dict:
    """{resource: (sum, peak)} over the Pods."""
    totals = {}
    for pod in planned.get("pods", ()):
        for use in pod.get("resources", ()):
            if use["resource"] in _RESOURCES:
                before = totals.get(use["resource"], (Fraction(0), Fraction(0)))
                totals[use["resource"]] = (before[0] + quantity(use["sum"]), before[1] + quantity(use["peak"]))
    return totals


def shown(resource: str, value: Fraction) -> str:
    return f"{float(value):.2f}" if resource == "cpu" else f"{float(value / 1024**2):.0f} Mi"


def row(name: str, pods, totals) -> str:
    cells = [name, str(pods)]
    for resource in _RESOURCES:
        total, peak = totals.get(resource, (Fraction(0), Fraction(0)))
        share = f"{float(peak / total):.0%}" if total else "-"
        cells += [shown(resource, total), shown(resource, peak), share]
    return "| " + " | ".join(cells) + " |"


def table(arguments) -> str:
    lines, all_totals, all_pods, refused, silent = [], {}, 0, 0, 0
    for path in inputs(arguments.paths):
        planned = plan(path, arguments)
        if planned is None:
            refused += 1
            continue
        totals = usage(planned)
        if not totals:
            silent += 1
            continue
        pods = len(planned["pods"])
        all_pods += pods
        for resource, (total, peak) in totals.items():
            before = all_totals.get(resource, (Fraction(0), Fraction(0)))
            all_totals[resource] = (before[0] + total, before[1] + peak)
        lines.append(row(os.path.basename(path), pods, totals))
    header = "| file | Pods | " + " | ".join(f"{r} sum | {r} peak | peak/sum" for r in _RESOURCES) + " |"
    rule = "| --- |" + " ---: |" * (1 + 3 * len(_RESOURCES))
    end = f"{len(lines)} runs; {silent} ask for nothing; {refused} files can't be planned by themselves"
    return "\n".join([header, rule, *lines, row("**all**", all_pods, all_totals), "", end])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("paths", nargs="+", metavar="FILE_OR_FOLDER")
    parser.add_argument("--policy", default="pipelinerun", choices=("workspaces", "pipelinerun", "isolated"))
    parser.add_argument("--cluster", help="a file of Nodes and LimitRanges")
    parser.add_argument("--colocate", default=os.path.join(_HERE, "..", "colocate"), help="the program")
    print(table(parser.parse_args()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
