"""How a project tests that its pipeline is planned as it expects, with pytest."""

import pathlib

import colocation
import plan as example
import pytest
from colocation.testing import assert_may_overlap, assert_share_pod, assert_waits_for

PIPELINE = pathlib.Path(__file__).parent.parent / "build-pipeline.yaml"


@pytest.fixture(name="plan")
def plan_fixture():
    return colocation.plan(PIPELINE)


def test_tests_run_where_the_sources_are(plan):
    assert_share_pod(plan, "clone", "build", "unit-test", "api-test")


def test_nothing_is_tested_before_it_is_built(plan):
    assert_waits_for(plan, "api-test", "build")
    assert_may_overlap(plan, "api-test", "storage-test")


def test_the_report_comes_last(plan):
    for task in ("lint", "unit-test", "browser-test"):
        assert_waits_for(plan, "report", task)


def test_what_is_printed(plan, capsys):
    assert example.main([str(PIPELINE)]) == 0
    assert capsys.readouterr().out == (
        "build-pod: clone lint build unit-test api-test storage-test browser-test report\n"
    )


def test_errors_say_where(tmp_path, capsys):
    typo = tmp_path / "typo.yaml"
    typo.write_text(PIPELINE.read_text().replace("runAfter: [clone]", "runAfter: [clnoe]"))
    assert example.main([str(typo)]) == 1
    assert f'{typo}:92:18: error: spec.tasks[1].runAfter[0]: ' in capsys.readouterr().err
