"""The comparison finds what it should find, and nothing else.

A stand-in for our program answers from the recorded verdicts: then everything
agrees. Each kind of deviation that is put into its answers must be reported.
"""

import json
import os
import re
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import cases  # noqa: E402
import compare  # noqa: E402
import mutate  # noqa: E402
import parity  # noqa: E402
import paths  # noqa: E402
import verdicts  # noqa: E402

_HERE = os.path.dirname(os.path.abspath(__file__))
_RULES = verdicts.Rules(os.path.join(_HERE, "rules.tsv"))


def answer_of(recorded):
    """What a program that agrees with the recorded verdicts would say."""
    answer = {"objects": [], "runs": []}
    for verdict in recorded:
        what, where = verdict.place.split(" ")
        doc, _, item = where.partition(".")
        errors = []
        for finding in verdict.findings:
            for rule in finding.rules:
                if rule in _RULES.by_name and _RULES.by_name[rule].codes:
                    path = paths.usual(finding.path) if finding.path else "spec"
                    if verdict.kind.endswith("Run") and paths._INLINE.match(finding.path):
                        path = "spec.pipelineSpec"
                    errors.append({"code": _RULES.by_name[rule].codes[0], "path": path, "message": ""})
        answer["objects" if what == "object" else "runs"].append({
            "doc": int(doc), "item": int(item or -1), "kind": verdict.kind, "verdict": verdict.verdict, "errors": errors,
            "edges": [edge.split(">") for edge in verdict.edges.split()]})
    return answer


def tally(change=lambda case_id, answer: None, expected=()):
    result = compare.Tally("hard_cases", _RULES, list(expected))
    for case_id, recorded in parity.recorded("hard_cases")[1].items():
        answer = answer_of(recorded)
        change(case_id, answer)
        result.add(case_id, recorded, json.loads(json.dumps(answer)))
    return result


class CompareTest(unittest.TestCase):
    def test_agreement_is_whole(self):
        result = tally()
        for what in ("verdict", "code", "path", "edges"):
            self.assertGreater(result.count[what], 30, what)
        self.assertEqual([], result.disagreements)

    def test_each_wrong_verdict_is_counted(self):
        def accept(case_id, answer):
            if case_id == "pipeline/TwoTasksWaitForEachOther":
                answer["objects"][0].update(verdict="accepted", errors=[])

        result = tally(accept)
        self.assertEqual([("verdict", "pipeline/TwoTasksWaitForEachOther")], [d[:2] for d in result.disagreements])
        self.assertEqual(1, result.by_rule["cycle"][0] - result.by_rule["cycle"][1])
        self.assertLess(result.share("verdict"), 1)

    def test_wrong_code_path_and_edges_are_counted(self):
        def spoil(case_id, answer):
            if case_id == "task/StepTwice":
                answer["objects"][0]["errors"][0]["code"] = answer["objects"][0]["errors"][-1]["code"] = "other"
            if case_id == "task/StepNameUpperCase":
                answer["objects"][0]["errors"][0]["path"] = "spec.steps[1].name"
            if case_id == "pipeline/Diamond":
                answer["objects"][0]["edges"].pop()

        self.assertEqual({("code", "task/StepTwice"), ("path", "task/StepNameUpperCase"), ("edges", "pipeline/Diamond")},
                         {d[:2] for d in tally(spoil).disagreements})

    def test_missing_object_is_a_disagreement(self):
        def forget(case_id, answer):
            if case_id == "task/UnnamedSteps":
                answer["objects"].clear()

        self.assertEqual([("verdict", "task/UnnamedSteps")], [d[:2] for d in tally(forget).disagreements])

    def test_expected_disagreement_is_not_counted(self):
        def accept(case_id, answer):
            if case_id == "reconcile/TwoClaims":
                answer["runs"][0].update(verdict="accepted", errors=[])

        expected = compare.Expected("verdict", "*", "two-volume-claims", "why")
        result = tally(accept, [expected])
        self.assertEqual([], result.disagreements)
        self.assertEqual(1, result.expectedly["verdict"])
        self.assertEqual(1, len(tally(accept).disagreements))


class PathTest(unittest.TestCase):
    def test_prefix(self):
        for tekton, ours, kind, codes, want in [
                ("spec.tasks", "spec.tasks[2].runAfter[0]", "Pipeline", {"unknown-task"}, True),
                ("spec.tasks[1].name", "spec.tasks[2].name", "Pipeline", {"invalid-name"}, False),
                ("spec.tasks[1].params[foo].value", "spec.tasks[1].params[0].value", "Pipeline", {"x"}, True),
                ("spec.tasks[1]", "spec.tasks[10]", "Pipeline", {"x"}, False),
                ("spec.params.foo.type", "spec.params[0].type", "Task", {"invalid-value"}, True),
                ("spec.params.a.b.type", "spec.params[3].type", "Task", {"invalid-value"}, True),
                ("spec.steps[0].volumeMount[1].MountPath", "spec.steps[0].volumeMounts[1].mountPath", "Task", {"unknown-param"}, True),
                ("spec.steps[2].steps[1].steps[0].script", "spec.steps[0].script", "Task", {"variable-type"}, True),
                ("spec.steps.results[1][2].name", "spec.steps[1].results[2].name", "Task", {"invalid-name"}, True),
                ("spec.steps.results[1][2].name", "spec.steps[2].results[1].name", "Task", {"invalid-name"}, False),
                ("spec.tasks[0].steps[1].script", "spec.tasks[0].taskSpec.steps[1].script", "Pipeline", {"unknown-param"}, True),
                ("spec.steps[0].name", "spec.steps[0].ref.name", "Task", {"missing-field"}, True),
                ("spec.steps", "spec", "Task", {"missing-field"}, True),
                ("spec.steps", "spec", "Task", {"invalid-value"}, False),
                ("spec[0].params[x].value", "spec.pipelineSpec.tasks[0].params[0].value", "PipelineRun", {"unknown-param"}, True),
                ("spec.timeout", "spec.timeouts.pipeline", "PipelineRun", {"invalid-value"}, True),
                ("spec.timeout", "spec.timeouts.tasks", "PipelineRun", {"invalid-value"}, False),
                ("metadata.name", "metadata.generateName", "TaskRun", {"invalid-name"}, True),
                ("spec.steps[0].env[E]", "spec.stepTemplate.env[0].value", "Task", {"unknown-param"}, True),
                ("spec.steps[0].image", "spec.stepTemplate.env[0].value", "Task", {"unknown-param"}, False),
                ("", "anything", "Pipeline", set(), True)]:
            self.assertEqual(want, paths.leads_to(tekton, ours, kind, codes), (tekton, ours))


class RulesTest(unittest.TestCase):
    def test_every_rule_is_met_and_not_met(self):
        seen = {}
        for case in cases.hard_cases(os.path.join(_HERE, "hard_cases")):
            self.assertIn(case.rule, _RULES.by_name, case.id)
            seen.setdefault(case.rule, set()).add(case.accepted)
        asked = {"reconcile-no-pipeline", "reconcile-no-task"}
        for name, rule in _RULES.by_name.items():
            if rule.codes and "cannot be reached" not in rule.note and name not in asked:
                self.assertEqual({True, False}, seen.get(name), name)

    def test_recorded_verdicts_are_those_that_the_cases_claim(self):
        recorded = parity.recorded("hard_cases")[1]
        for case in cases.hard_cases(os.path.join(_HERE, "hard_cases")):
            found = recorded.get(case.id, [])
            rejected = any(verdict.verdict == "rejected" for verdict in found)
            self.assertEqual(case.accepted, not rejected, case.id)
            if not case.accepted:
                rules = {rule for verdict in found for finding in verdict.findings for rule in finding.rules}
                self.assertIn(case.rule, rules, case.id)

    def test_codes_are_kebab_case(self):
        for rule in _RULES.by_name.values():
            for word in (rule.name,) + rule.codes:
                self.assertRegex(word, re.compile(r"^[a-z0-9]+(-[a-z0-9]+)*$"))


class MutateTest(unittest.TestCase):
    def test_same_seed_same_mutants(self):
        bases = list(cases.hard_cases(os.path.join(_HERE, "hard_cases")))
        first = [mutate.mutant(bases, 7, number) for number in range(300)]
        self.assertEqual(first, [mutate.mutant(bases, 7, number) for number in range(300)])
        other = [mutate.mutant(bases, 8, number) for number in range(300)]
        self.assertGreater(sum(a.text != b.text for a, b in zip(first, other)), 250)

    def test_mutants_differ_from_where_they_come_from(self):
        bases = list(cases.hard_cases(os.path.join(_HERE, "hard_cases")))
        by_id = {case.id: case.text for case in bases}
        changed = 0
        for number in range(500):
            mutant = mutate.mutant(bases, 1, number)
            changed += mutant.text != by_id[mutant.id.split("/", 3)[3]]
        self.assertGreater(changed, 440)

    def test_random_numbers_are_those_of_splitmix64(self):
        random = mutate.Random()
        self.assertEqual([0xE220A8397B1DCDAF, 0x6E789E6AA1B965F4, 0x06C45D188009454F], [random.next() for _ in range(3)])


if __name__ == "__main__":
    unittest.main()
