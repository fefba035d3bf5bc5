"""Tekton's own code, run now, says what it said when golden/ was recorded, and
agrees with us on cases that are in no record.

Usage: live_test.py SUBJECT

Builds tekton_oracle/ and asks it about every hard case, a sample of the corpus
and of its mutants, and mutants made with another seed. The sample is a few
hundred cases; `parity.py record` asks about all.

Skipped, with the reason, where there is no Go as new as tekton_oracle/go.mod
says, or where Tekton's modules can't be had.
"""

import os
import sys
import tempfile

import cases
import compare
import go_program
import mutate
import parity
import pods_like_tekton
import verdicts

_HERE = os.path.dirname(os.path.realpath(__file__))
# Every so many of the recorded cases are asked about again.
_STEP = {"hard_cases": 1, "hard_mutants": 15, "corpus": 3, "mutants": 60}
# Seeds that differ in their low bits alone give the same mutants by other numbers.
_NEW_SEED = parity.SEED << 20
_NEW_MUTANTS = 300
# What of the new ones may differ: none of them has been looked at by hand.
_LEAST = 0.99


def same(recorded, said) -> bool:
    """Whether the record has it so. It names all that a map's order may bring forth."""
    if recorded.verdict == "varies":
        return True
    rules = {rule for finding in recorded.findings for rule in finding.rules}
    return (recorded.verdict == said.verdict and recorded.edges == said.edges
            and all(rule in rules for finding in said.findings for rule in finding.rules))


def other_forms(case_id, recorded, now):
    """Tasks with everything put in, and converted objects, that are not as recorded."""
    recorded = recorded or {"tasks": {}, "objects": {}}
    for what in ("tasks", "objects"):
        have = {place: form for place, form in recorded[what].items() if form}
        said = {place: form for place, form in now[what].items() if form}
        for place in sorted(set(have) | set(said)):
            if have.get(place) != said.get(place):
                yield f"{case_id} {place}: recorded {have.get(place)}, now {said.get(place)}"


def against_record(oracle, rules):
    asked, faults = 0, []
    whole = parity.recorded_forms()
    for name, group in parity.sets(cases.find_corpus(), parity.RECORDED_MUTANTS, parity.SEED):
        digest, recorded = parity.recorded(name)
        assert digest == cases.digest(group), f"golden/{name} was recorded for other cases: record it again (README.md)"
        group = group[::_STEP[name]]
        for case, line in zip(group, verdicts.run([oracle, "--full"], group)):
            asked += 1
            answer = compare.parse_answer(line)
            key = case.id.split("/")[1] if name.endswith("mutants") else case.id
            have = {verdict.place: verdict for verdict in recorded.get(key, [])}
            said = {verdict.place: verdict for verdict in verdicts.of_tekton(rules, answer)
                    if verdict.verdict != "ignored"}
            if set(have) != set(said) or not all(same(have[place], said[place]) for place in said):
                faults.append(f"{case.id}: recorded {[v.line('') for v in have.values()]}, now {[v.line('') for v in said.values()]}")
            if not name.endswith("mutants"):
                faults += other_forms(case.id, whole.get(case.id), parity.forms(answer))
    return asked, faults


def pods_against_record(oracle):
    """What Tekton makes now of all cases of Pods, and of a sample of the others, is what was recorded."""
    asked, faults = 0, []
    digests, recorded = pods_like_tekton.recorded()
    for name, group in pods_like_tekton.sets(cases.find_corpus()):
        assert digests.get(name) == cases.digest(group), f"golden/pods.jsonl.gz was recorded for other {name}: record it again (README.md)"
        for case, now in pods_like_tekton.of_tekton([oracle], group[::_STEP.get(name, 1)]):
            asked += 1
            have = recorded.get(case.id, {}).get("units", {})
            faults += [f"{case.id} {key}: recorded {have.get(key)}, now {now['units'].get(key)}"
                       for key in sorted(have.keys() | now["units"].keys()) if have.get(key) != now["units"].get(key)]
    return asked, faults


def new_mutants(oracle, subject, rules):
    bases = list(cases.hard_cases(os.path.join(_HERE, "hard_cases")))
    if cases.find_corpus():
        bases += list(cases.corpus(cases.find_corpus()))
    group = [mutate.mutant(bases, _NEW_SEED, number) for number in range(_NEW_MUTANTS)]
    expected = compare.read_expected(os.path.join(_HERE, "expected_disagreements.tsv"))
    tally = compare.Tally("new mutants", rules, expected)
    for case, theirs, ours in zip(group, verdicts.run([oracle, "--full"], group), verdicts.run([subject], group)):
        theirs, ours = compare.parse_answer(theirs), compare.parse_answer(ours)
        tally.add(case.id, verdicts.of_tekton(rules, theirs), ours)
        parity.add_forms(tally, case.id, parity.forms(theirs), ours)
    return tally


def test(subject: str) -> str:
    rules = verdicts.Rules(os.path.join(_HERE, "rules.tsv"))
    with tempfile.TemporaryDirectory() as folder:
        oracle = go_program.build("tekton_oracle", folder)
        asked, faults = against_record(oracle, rules)
        assert not faults, f"{len(faults)} of {asked} differ from what is recorded:\n" + "\n".join(faults[:20])
        asked_of_pods, faults = pods_against_record(oracle)
        assert not faults, f"{len(faults)} Pods are not as recorded:\n" + "\n".join(faults[:5])
        tally = new_mutants(oracle, subject, rules)
        for what in ("verdict", "path", "edges", "converted", "substituted"):
            assert tally.share(what) >= _LEAST, tally.report(20)
        if not cases.find_corpus():
            print("SKIPPED: the corpus isn't there: hard cases only")
        return f"{asked} cases as recorded, Pods of {asked_of_pods}\n{tally.report(20)}"


if __name__ == "__main__":
    sys.exit(go_program.main("live", "TektonSaysWhatIsRecorded", lambda: test(sys.argv[1])))
