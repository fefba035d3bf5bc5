#!/usr/bin/env python3
"""Compares our verdicts with Tekton's; see README.md.

  parity.py check  --subject PROGRAM                 with the recorded verdicts
  parity.py live   --subject PROGRAM --oracle PROGRAM [--mutants N] [--seed S]
  parity.py record [--oracle PROGRAM]                writes golden/; builds tekton_oracle/ where no program is named
  parity.py figures --subject PROGRAM --pods-subject PROGRAM [--write]   docs/parity.md, from the recorded verdicts; fails where it differs
  parity.py frames [--mutants N]                     prints the cases
  parity.py show   CASE                              prints one case
  parity.py pods   FILE... --oracle PROGRAM          Pods against the API server's validation (pod_oracle/)
"""

import argparse
import gzip
import json
import os
import sys
import tempfile
from typing import Dict, Iterator, List, Optional, Tuple

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import cases  # noqa: E402
import compare  # noqa: E402
import figures  # noqa: E402
import go_program  # noqa: E402
import mutate  # noqa: E402
import pods_like_tekton  # noqa: E402
import substituted  # noqa: E402
import verdicts  # noqa: E402

_HERE = os.path.dirname(os.path.abspath(__file__))
SEED = 20260820
RECORDED_MUTANTS = 12000
# Of the hard cases alone: these need no corpus.
_HARD_MUTANTS = 3000
_ROUNDS = 4
# The least share of verdicts and paths that must agree.
_THRESHOLDS = {"hard_cases": (1.0, 0.99), "hard_mutants": (0.999, 0.99), "corpus": (1.0, 0.99), "mutants": (0.999, 0.99)}


def sets(corpus: str, mutants: int, seed: int) -> Iterator[Tuple[str, List[cases.Case]]]:
    hard = list(cases.hard_cases(os.path.join(_HERE, "hard_cases")))
    yield "hard_cases", hard
    yield "hard_mutants", [mutate.mutant(hard, seed, number) for number in range(_HARD_MUTANTS)]
    if corpus:
        files = list(cases.corpus(corpus))
        yield "corpus", files
        bases = files + hard
        yield "mutants", [mutate.mutant(bases, seed, number) for number in range(mutants)]


def golden_path(name: str) -> str:
    ending = {"mutants": ".tsv.gz", "hard_mutants": ".tsv.gz", "substituted": ".jsonl.gz"}.get(name, ".tsv")
    return os.path.join(_HERE, "golden", name + ending)


def forms(answer: dict) -> dict:
    """Of Tekton's answer: tasks with everything put in, and converted objects."""
    names = substituted.generate_names(answer)
    return {"names": names, "tasks": substituted.of_answer(answer, names), "objects": substituted.converted(answer)}


def add_forms(tally: compare.Tally, case_id: str, theirs: dict, ours: dict, stage: Optional[str] = None) -> None:
    """Compares them with those of our answer."""
    if stage != "reconcile":
        tally.add_converted(case_id, theirs["objects"], substituted.converted(ours))
    if stage in (None, "reconcile"):
        accepted = [f"{run['doc']}.{run['item']}" for run in ours.get("runs") or () if run["verdict"] == "accepted"]
        tally.add_substituted(case_id, theirs["tasks"], substituted.of_answer(ours, theirs["names"]), accepted)


def record(args: argparse.Namespace) -> int:
    rules = verdicts.Rules(os.path.join(_HERE, "rules.tsv"))
    os.makedirs(os.path.join(_HERE, "golden"), exist_ok=True)
    whole = []
    for name, group in sets(args.corpus, args.mutants, args.seed):
        lines = [f"# {len(group)} cases, digest {cases.digest(group)}"]
        # Where Tekton's answer depends on the order of a map, all are recorded.
        rounds = [verdicts.run(args.oracle + ["--full"], group) for _ in range(_ROUNDS)]
        for case, *answers in zip(group, *rounds):
            # A mutant's number is its name.
            case_id = case.id.split("/")[1] if name.endswith("mutants") else case.id
            if not name.endswith("mutants"):
                found = forms(compare.parse_answer(answers[0]))
                found["tasks"] = {key: text for key, text in found["tasks"].items() if text}
                if found["tasks"] or found["objects"]:
                    whole.append(json.dumps({"id": case.id, **found}, sort_keys=True))
            said = [verdicts.of_tekton(rules, compare.parse_answer(answer)) for answer in answers]
            for verdict in verdicts.merge(said):
                if verdict.verdict != "ignored":
                    lines.append(verdict.line(case_id))
        data = ("\n".join(lines) + "\n").encode()
        if name.endswith("mutants"):
            data = gzip.compress(data, mtime=0)
        with open(golden_path(name), "wb") as file:
            file.write(data)
        print(f"{name}: {len(group)} cases, {len(lines) - 1} verdicts, {len(data)} bytes")
    data = gzip.compress(("\n".join(whole) + "\n").encode(), mtime=0)
    with open(golden_path("substituted"), "wb") as file:
        file.write(data)
    print(f"substituted: {len(whole)} cases, {len(data)} bytes")
    pods_like_tekton.record(args.oracle, args.corpus)
    return 0


def recorded_forms() -> Dict[str, dict]:
    with gzip.open(golden_path("substituted"), "rt", encoding="utf-8") as file:
        return {given["id"]: given for given in map(json.loads, file)}


def recorded(name: str) -> Tuple[str, Dict[str, List[verdicts.Verdict]]]:
    path = golden_path(name)
    opener = gzip.open if path.endswith(".gz") else open
    found: Dict[str, List[verdicts.Verdict]] = {}
    with opener(path, "rt", encoding="utf-8") as file:
        head = file.readline().split()[-1]
        for line in file:
            case_id, verdict = verdicts.Verdict.parse(line)
            found.setdefault(case_id, []).append(verdict)
    return head, found


def check(args: argparse.Namespace) -> int:
    rules = verdicts.Rules(os.path.join(_HERE, "rules.tsv"))
    expected = compare.read_expected(os.path.join(_HERE, "expected_disagreements.tsv"))
    failed = total = 0
    tallies = []
    subject = args.subject + (["--stage=decode"] if args.stage == "decode" else [])
    for name, group in sets(args.corpus, args.mutants, args.seed):
        if args.only and name not in args.only:
            continue
        tally = compare.Tally(name, rules, expected)
        tallies.append(tally)
        whole_forms = {}
        if args.oracle:
            theirs = {}
            for case, line in zip(group, verdicts.run(args.oracle + ["--full"], group)):
                answer = compare.parse_answer(line)
                theirs[case.id] = verdicts.of_tekton(rules, answer)
                whole_forms[case.id] = forms(answer)
        else:
            whole, theirs = recorded(name)
            if not name.endswith("mutants"):
                whole_forms = recorded_forms()
            if (name != "mutants" or args.mutants == RECORDED_MUTANTS) and whole != cases.digest(group):
                print(f"golden/{name} was recorded for other cases: record it again (README.md)")
                failed += 1
                continue
        for case, line in zip(group, verdicts.run(subject, group)):
            key = case.id.split("/")[1] if name.endswith("mutants") and not args.oracle else case.id
            answer = compare.parse_answer(line)
            verdict = theirs.get(key, [])
            if args.stage == "decode":
                verdict = compare.as_read(rules, verdict)
            if args.stage == "webhook":
                verdict = [given for given in verdict if given.place.startswith("object") and (not args.kind or given.kind in args.kind + [""])]
            if args.stage == "reconcile":
                verdict = compare.of_runs(verdict)
            tally.add(case.id, verdict, answer)
            if case.id in whole_forms:
                add_forms(tally, case.id, whole_forms[case.id], answer, args.stage)
            total += 1
        print(tally.report(args.limit, args.rules))
        verdict_share, path_share = _THRESHOLDS[name]
        if tally.share("verdict") < verdict_share:
            print(f"FAILED: {name}: verdicts agree in less than {100 * verdict_share} %")
            failed += 1
        if tally.share("path") < path_share:
            print(f"FAILED: {name}: paths agree in less than {100 * path_share} %")
            failed += 1
        for what in ("edges", "converted", "substituted"):
            if tally.share(what) < verdict_share:
                print(f"FAILED: {name}: {what} agree in less than {100 * verdict_share} %")
                failed += 1
    print(f"{total} cases compared, {failed} failed checks")
    if args.mode == "figures":
        of_pods = pods_like_tekton.tally(args.pods_subject, args.corpus)
        failed += not of_pods.report_faults(bool(args.corpus))
        failed += not page_is(figures.page(rules, tallies, of_pods), args)
    return 1 if failed or not total else 0


def page_is(text: str, args: argparse.Namespace) -> bool:
    if not args.corpus:
        reason = "docs/parity.md counts the corpus, which isn't there"
        print("SKIPPED: " + reason)
        go_program.report("figures", "PageSaysWhatIsSoNow", go_program.skipped(reason))
        return True
    if args.write:
        with open(figures.PAGE, "w", encoding="utf-8") as file:
            file.write(text)
    with open(figures.PAGE, encoding="utf-8") as file:
        if file.read() == text:
            return True
    print("FAILED: docs/parity.md is not up to date: parity.py figures --write")
    return False


def frames(args: argparse.Namespace) -> int:
    for _, group in sets(args.corpus, args.mutants, args.seed):
        for case in group:
            sys.stdout.buffer.write(case.frame())
    return 0


def show(args: argparse.Namespace) -> int:
    for _, group in sets(args.corpus, args.mutants, args.seed):
        for case in group:
            if case.id in args.case or any(case.id.startswith(f"mutant/{number}/") for number in args.case):
                print(f"# {case.id}\n# settings: {case.settings}")
                sys.stdout.write(case.text.decode("utf-8", "replace") + "\n")
                return 0
    print("no such case", file=sys.stderr)
    return 1


def pods(args: argparse.Namespace) -> int:
    group = []
    for number, name in enumerate(args.case):
        with open(name, "rb") as file:
            group.append(cases.Case(id=str(number), text=file.read()))
    accepted = rejected = 0
    for name, answer in zip(args.case, verdicts.run(args.oracle, group)):
        for pod in compare.parse_answer(answer)["pods"]:
            accepted += pod["verdict"] == "accepted"
            rejected += pod["verdict"] != "accepted"
            for error in pod.get("errors", ()):
                print(f"{name}: document {pod['doc']} ({pod['name']}): {error['path']}: {error['message']}")
    print(f"{accepted} Pods accepted, {rejected} rejected")
    return 1 if rejected or not accepted else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("mode", choices=["check", "live", "record", "frames", "show", "pods", "figures"])
    parser.add_argument("case", nargs="*")
    parser.add_argument("--subject", nargs="+", help="our program: reads frames, answers in JSON lines")
    parser.add_argument("--pods-subject", nargs="+", help="our program that makes Pods")
    parser.add_argument("--oracle", nargs="+", help="a program that answers with Tekton's own code")
    parser.add_argument("--corpus", default=cases.find_corpus())
    parser.add_argument("--mutants", type=int, default=RECORDED_MUTANTS)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--only", action="append", help="hard_cases, hard_mutants, corpus or mutants")
    parser.add_argument("--stage", choices=["decode", "webhook", "reconcile"],
                        help="compare only what reading finds, only objects, or only runs")
    parser.add_argument("--kind", action="append", help="with --stage=webhook: only objects of this kind")
    parser.add_argument("--rules", action="store_true", help="agreement of every rule, not only where there is none")
    parser.add_argument("--write", action="store_true", help="with figures: writes the page")
    parser.add_argument("--limit", type=int, default=20, help="disagreements shown of each sort")
    args = parser.parse_args()
    if args.mode in ("check", "live", "figures") and not args.subject:
        parser.error("--subject is needed")
    if args.mode == "figures" and not args.pods_subject:
        parser.error("--pods-subject is needed")
    if args.mode in ("check", "figures"):
        args.oracle = None
    folder = tempfile.TemporaryDirectory()
    if args.mode in ("live", "record", "pods") and not args.oracle:
        name = "pod_oracle" if args.mode == "pods" else "tekton_oracle"
        args.oracle = [go_program.build(name, folder.name)]
    print_head = args.mode in ("check", "live", "record", "figures")
    if print_head:
        print(f"seed {args.seed}, corpus {'found' if args.corpus else 'not found: hard cases only'}")
    return {"check": check, "live": check, "record": record, "frames": frames, "show": show, "pods": pods, "figures": check}[args.mode](args)


if __name__ == "__main__":
    sys.exit(main())
