"""A closer look on paper: vector pictures, all measures at a glance, the numbers, the promises."""

import json
from dataclasses import replace
from io import BytesIO

import pikepdf
import pytest

from app.domain.objective import ApdexMove, BudgetPart, BudgetUse, Objective
from app.domain.verdict import Verdict
from app.services.metric.comparison import judge_together
from app.services.report_content.evidence import canonical
from app.services.review.reports import report_data
from tests.reports import sample
from tests.reports.reading import rendered, says, whole_text

HOSTILE = '<b>p95</b> & "<img src=/etc/passwd>"'


@pytest.fixture(scope="module")
def source():
    """The full sample, judged together, its main measure named by an attacker and promised for."""
    full = sample.full()
    part = BudgetPart(3600.0, 3600.0, 0.02, 2.0, 0.0028)
    budget = BudgetUse(Objective(0.99), part, part, part, "Error budget of X: the work took 1 %.")
    apdex = ApdexMove(300.0, 0.81, 0.97, Verdict.IMPROVED, 0.19, (0.1, 0.3), "Apdex of X: 0.81.")
    judged = judge_together(full.comparisons)
    first = replace(judged[0], metric=HOSTILE, budget=budget, apdex=apdex)
    metrics = (replace(full.change.metrics[0], name=HOSTILE), *full.change.metrics[1:])
    return replace(
        full, comparisons=(first, *judged[1:]), change=replace(full.change, metrics=metrics)
    )


def test_the_chapter_holds_pictures_promises_and_numbers(source):
    text = whole_text(rendered(source).pdf)
    for words in (
        "A closer look",
        f"{HOSTILE}: everything that was measured",
        "Grey fields: the same hours on 5 comparison days.",
        "both windows on one clock",
        "How far each quantile moved",
        "Going together is not cause",
        "Error budget of X: the work took 1",
        "Apdex of X: 0.81.",
        "All at a glance",
        "The numbers behind the verdicts",
        "A, K = 5",
    ):
        assert says(text, words), words


def test_pictures_are_lines_and_no_images(source):
    with pikepdf.open(BytesIO(rendered(source).pdf)) as pdf:
        assert not any(page.get_images() for page in pdf.pages)


def test_every_verdict_has_its_numbers_and_every_measure_its_picture(source):
    part = report_data(source)[0].closer
    assert [row.name for row in part.numbers] == [tile.title for tile in part.glance]
    assert len(part.numbers) == len(source.comparisons)
    ranks = [tile.mark.word for tile in part.glance]
    assert ranks[0] == "Regressed"
    keys = [item for item in source.comparisons if item.key]
    places = {row.family for row in part.numbers if row.family != "–"}
    assert len(places) == len(keys), "each key measure has a place of its own"
    assert all(place.split("/")[1].startswith(str(len(keys))) for place in places)


def test_the_data_of_the_pictures_is_small_enough_to_be_attached(source):
    part = report_data(source)[0].closer
    assert all(trace.x.size <= 1402 for trace in part.timeline.plot.traces)
    assert len(canonical(part)) < 3_000_000
    assert json.loads(canonical(part))["timeline"]["plot"]["traces"]


def test_four_measures_need_no_glance_and_none_no_chapter(source):
    few = replace(source, comparisons=source.comparisons[:4])
    assert report_data(few)[0].closer.glance == ()
    nothing = replace(source, comparisons=())
    assert report_data(nothing)[0].closer is None
    assert not says(whole_text(rendered(nothing).pdf), "A closer look")
