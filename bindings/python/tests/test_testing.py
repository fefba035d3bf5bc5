"""The assertions hold where they should, and fail with a reason."""

import colocation
import pytest
from colocation import testing
from test_plan import PIPELINE


@pytest.fixture(name="plan")
def plan_fixture():
    return colocation.plan(PIPELINE)


def test_what_holds(plan):
    testing.assert_share_pod(plan, "clone", "build")
    testing.assert_separate_pods(plan, "clone", "announce", "deploy")
    testing.assert_waits_for(plan, "deploy", "clone")
    testing.assert_may_overlap(plan, "announce", "clone")


@pytest.mark.parametrize(
    ("assertion", "tasks", "reason"),
    [
        (testing.assert_share_pod, ["clone", "deploy"], "clone is in Pod .*; deploy is in Pod"),
        (testing.assert_separate_pods, ["deploy", "clone", "build"], "clone and build share the Pod"),
        (testing.assert_waits_for, ["clone", "build"], "clone doesn't wait for build; it waits for nothing"),
        (testing.assert_may_overlap, ["clone", "deploy"], "deploy waits for clone"),
        (testing.assert_may_overlap, ["deploy", "clone"], "deploy waits for clone"),
    ],
)
def test_what_does_not_hold(plan, assertion, tasks, reason):
    with pytest.raises(AssertionError, match=reason) as caught:
        assertion(plan, *tasks)
    # And why it is so.
    assert "shares-workspace" in str(caught.value)


def test_golden(plan, tmp_path, monkeypatch):
    file = tmp_path / "new" / "release.txt"
    with pytest.raises(AssertionError, match="COLOCATION_UPDATE_GOLDEN=1 writes it"):
        testing.assert_golden(plan, file)
    monkeypatch.setenv("COLOCATION_UPDATE_GOLDEN", "1")
    testing.assert_golden(plan, file)
    monkeypatch.delenv("COLOCATION_UPDATE_GOLDEN")
    testing.assert_golden(plan, file)
    testing.assert_golden(plan.describe(), str(file))
    with pytest.raises(AssertionError, match=r"(?s)\n-.*\n\+"):
        testing.assert_golden(colocation.plan(PIPELINE, policy="isolated"), file)
