"""The chapter on load tests: figures, picture, evidence; nothing where nothing was tested."""

from dataclasses import replace

import pytest

from app.cli.loadtest_words import comparison_data
from app.domain.ids import LoadRunId
from app.domain.loadtest import LoadRun, LoadTerms, LoadVerdict
from app.domain.metric import WindowName
from app.services.loadtests.comparing import compare_sides, read_run
from app.services.review.reports import report_data
from tests.loadtests.test_comparing import write
from tests.reports import sample
from tests.reports.people import CHANGE, KHUMALO, MIDNIGHT
from tests.reports.reading import rendered, says, whole_text

HOSTILE = '<b>pay</b> & "<img src=/etc/passwd>"'


@pytest.fixture(scope="module")
def tested(tmp_path_factory):
    """A source with a run on each side, the later one slower and more faulty."""
    folder = tmp_path_factory.mktemp("load")
    terms = LoadTerms()
    labels = ("home", HOSTILE)
    paths = (
        write(folder / "before.jtl", labels=labels),
        write(folder / "after.jtl", level=75.0, bad=0.05, seed=1, labels=labels),
    )
    before, after = (read_run(path, terms) for path in paths)
    runs = tuple(
        LoadRun(
            LoadRunId(f"load-{side.value}"), CHANGE, side, run.facts.name, run.facts.sha256, 1000,
            run.facts.summary, terms, MIDNIGHT, KHUMALO,
        )
        for side, run in ((WindowName.BEFORE, before), (WindowName.AFTER, after))
    )  # fmt: skip
    found = compare_sides([before], [after], terms)
    verdict = LoadVerdict(CHANGE, CHANGE, found, MIDNIGHT)
    return replace(sample.full(), load_runs=runs, load_verdict=verdict)


def test_the_chapter_tells_every_request_the_runs_and_their_evidence(tested):
    text = whole_text(rendered(tested).pdf)
    for words in (
        "Load tests",
        "Overall: regressed. A single run per side was judged by its own course",
        "All requests",
        HOSTILE,
        "Mean response time got slower by",
        "Response over rate, all requests",
        "requests per second",
        "before.jtl",
        "Judged",
    ):
        assert says(text, words), words
    data, _attached = report_data(tested)
    cited = {row.evidence for row in data.load_tests.runs}
    known = {row.id: row.sha256 for row in data.method.evidence}
    assert {known[ids[0]] for ids in cited} == {run.sha256 for run in tested.load_runs}


def test_the_report_says_of_all_requests_what_the_command_says(tested):
    data = comparison_data(tested.load_verdict.found)
    text = whole_text(rendered(tested).pdf)
    assert (data["design"], data["evidence"]) == ("single_run", "limited")
    mean = data["total"]["verdicts"]["mean"]
    assert (mean["verdict"], data["verdict"]) == ("regressed", "regressed")
    assert says(text, mean["sentence"])
    assert says(text, "Overall: regressed")


def test_the_table_says_each_unit_once(tested):
    total = report_data(tested)[0].load_tests.rows[0]
    assert total.is_total
    assert total.mean.count("ms") == 1
    assert total.samples == "4\u202f800" or total.samples.endswith("800")
    assert total.mark.word == "Regressed"


def test_one_side_only_is_said_and_not_compared(tested):
    source = replace(tested, load_runs=tested.load_runs[:1], load_verdict=None)
    part = report_data(source)[0].load_tests
    assert "before the change only" in part.intro
    assert part.rows == ()
    assert says(whole_text(rendered(source).pdf), "nothing was compared")


def test_a_change_without_load_tests_has_no_such_chapter():
    assert report_data(sample.full())[0].load_tests is None
