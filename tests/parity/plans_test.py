"""Whatever Tekton accepts is planned, or refused with a reason.

Usage: plans_test.py PLANS

Plans every run of the hard cases, of the corpus where that is there, and of
mutants of both (mutate.py), under two policies; and where a case has no run, its
Pipelines and Tasks. A plan that our own checker doesn't believe, a refusal
without a reason, or a run that can't be started fails the test.
"""

import collections
import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import cases  # noqa: E402
import go_program  # noqa: E402
import parity  # noqa: E402
import verdicts  # noqa: E402

_MUTANTS = 3000
# So many plans must come about at least, so that the test can't pass by
# refusing all.
_LEAST = {"hard_cases": 300, "hard_mutants": 300, "corpus": 300, "mutants": 500}


def test(program: str) -> str:
    said, faults, few = [], [], []
    corpus = cases.find_corpus()
    for name, group in parity.sets(corpus, _MUTANTS, parity.SEED):
        codes = collections.Counter()
        for case, line in zip(group, verdicts.run([program], group)):
            for plan in json.loads(line)["plans"]:
                codes[plan["code"]] += 1
                if plan["fault"]:
                    faults.append(f"{case.id}: {plan['name']} --policy={plan['policy']}: {plan['fault']}")
        said.append(f"{name}: {sum(codes.values())} requests, " + ", ".join(f"{n} {code}" for code, n in codes.most_common(12)))
        few += [f"{name}: only {codes['planned']} plans"] * (codes["planned"] < _LEAST[name])
    assert not faults, "\n".join(faults[:50] + [f"{len(faults)} faults"])
    assert not few, "\n".join(few)
    if not corpus:
        print("\n".join(said))
        raise go_program.Skip("the hard cases can all be planned; there is no corpus (shared/corpus, or $COLOCATION_CORPUS)")
    return "\n".join(said)


if __name__ == "__main__":
    sys.exit(go_program.main("plans", "WhatIsAcceptedIsPlannedOrRefusedWithAReason", lambda: test(sys.argv[1])))
