"""The simulated scheduler decides as kube-scheduler does.

Usage: scheduler_test.py SUBJECT

scheduler_subject.cc makes random clusters and asks the simulation about each of
their Pods; scheduler_oracle/, a Go program that is built here, asks the code of
kube-scheduler about the same. Compared are the nodes that a Pod could have, what
its event says where there are none, and the node that it gets: one of those with
the best score.

Skipped, with the reason, where there is no Go as new as scheduler_oracle/go.mod
says, or where its modules can't be had.
"""

import collections
import json
import re
import subprocess
import sys
import tempfile

import go_program

_CLUSTERS = 100
# Of everything that a message can say so much has to occur, so that the test
# can't pass by asking easy questions.
_REASONS = (
    "node(s) were unschedulable",
    "node(s) had untolerated taint(s)",
    "node(s) didn't match Pod's node affinity/selector",
    "Too many pods",
    "Insufficient cpu",
    "Insufficient memory",
    "Insufficient ephemeral-storage",
    "Insufficient nvidia.com/gpu",
    "node(s) exceed max volume count",
    "node(s) didn't match PersistentVolume's node affinity",
    "node(s) didn't match pod affinity rules",
    "node(s) didn't match pod anti-affinity rules",
)
_SHOWN = 5


def differences(simulated, real):
    if sorted(simulated["feasible"]) != sorted(real["feasible"]):
        yield "nodes", sorted(simulated["feasible"]), sorted(real["feasible"])
    elif not real["feasible"]:
        # The event ends with a full stop; the simulation has it inside of sentences.
        if simulated["message"] + "." != real.get("message"):
            yield "message", simulated["message"], real.get("message")
    elif real["feasible"][simulated["node"]] != max(real["feasible"].values()):
        yield "score", simulated["node"], real["feasible"]


def test(subject: str) -> str:
    with tempfile.TemporaryDirectory() as folder:
        oracle = go_program.build("scheduler_oracle", folder)
        made = subprocess.run([subject, str(_CLUSTERS)], capture_output=True, check=True).stdout
        said = subprocess.run([oracle], input=made, capture_output=True, check=False)
    assert said.returncode == 0, said.stderr.decode()
    decisions = [json.loads(line) for line in made.splitlines()]
    answers = [json.loads(line) for line in said.stdout.splitlines()]
    assert len(decisions) == len(answers), f"{len(decisions)} decisions, {len(answers)} answers"
    counts = collections.Counter()
    reasons = collections.Counter()
    shown = []
    for decision, real in zip(decisions, answers):
        assert decision["id"] == real["id"]
        counts["placed" if real["feasible"] else "pending"] += 1
        counts["choices"] += len(set(real["feasible"].values())) > 1
        reasons.update(reason for reason in _REASONS if re.search(r"\d " + re.escape(reason), real.get("message", "")))
        for what, ours, theirs in differences(decision["simulated"], real):
            counts["differences in " + what] += 1
            if counts["differences in " + what] <= _SHOWN:
                shown.append(f"{decision['id']}: {what}: simulated {ours}, kube-scheduler {theirs}\n"
                             f"    Pod: {json.dumps(decision['pod']['spec'])}")
    summary = ", ".join(f"{number} {what}" for what, number in sorted(counts.items()))
    assert not shown, summary + "\n" + "\n".join(shown)
    missing = [reason for reason in _REASONS if not reasons[reason]]
    assert not missing, f"no Pod met {missing}: {summary}"
    return f"{len(decisions)} decisions as kube-scheduler's: {summary}"


if __name__ == "__main__":
    sys.exit(go_program.main("scheduler", "SimulatedSchedulerDecidesAsKubeScheduler", lambda: test(sys.argv[1])))
