"""From frozen samples to pictures: timeline with its days, distribution, two metrics together."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from app.analysis.chart_plot import Tone
from app.domain.change import ChangeState
from app.domain.metric import Metric, MetricKind, Series, WindowName
from app.domain.objective import Objective
from app.domain.verdict import OverallVerdict
from app.services.metric.comparison import overall
from app.services.metric.imports import FileImport, import_file
from app.services.metric.method_words import method_of, promises_line
from app.services.metric.verdicts import judge
from app.services.pictures.metric import metric_pictures, window_chart
from app.services.pictures.pair import pair_picture
from app.services.pictures.shelf import Shelf
from app.wording import number, percent
from tests.services.test_verdicts import THURSDAY, WORK, around_work, write

METRICS = (
    Metric(
        "response", "Order response time", "ms", MetricKind.LATENCY, key=True, load="rate",
        apdex_t=101.0,
    ),
    Metric("rate", "Orders per second", "1/s"),
)  # fmt: skip


@pytest.fixture
def change(made, clock):
    clock.pass_by(days=6)
    return made(ChangeState.IMPLEMENT, metrics=METRICS, **WORK)


def bring_in(opened, change, tmp_path, metric="response", **how):
    how = {"days": 8, "after": 1.3, "seed": 5} | how
    rng = np.random.default_rng(how["seed"])
    samples = around_work(rng, days=how["days"], after=how["after"])
    path = write(tmp_path / f"{metric}.csv", samples)
    import_file(FileImport(change.id, metric, path, "ms"), with_=opened.measuring)


def shelf(opened, change, metric="response"):
    with opened.new_uow() as uow:
        change = uow.changes.get(change.id)
        sets = tuple(uow.samples.list(change=change.id))
        found = {item.metric_id: item for item in uow.comparisons.list(change=change.id)}
    wanted = next(item for item in change.metrics if item.id == metric)
    return Shelf.of(
        change, wanted, sets, found.get(metric), lambda item: opened.series.get(item.sha256)
    )


def test_everything_kept_is_on_the_timeline_with_the_days_that_were_compared(
    opened, change, tmp_path
):
    bring_in(opened, change, tmp_path)
    judge(change.id, with_=opened.measuring)
    mine = shelf(opened, change)
    pictures = metric_pictures(mine)
    tones = [trace.tone for trace in pictures.timeline.traces]
    assert tones == [Tone.EARLIER, Tone.BEFORE, Tone.PLAIN, Tone.AFTER]
    used = mine.found.reference_days
    assert used >= 4
    shaded = [field for field in pictures.timeline.fields if field.tone is Tone.EARLIER]
    assert len(shaded) == 2 * used
    hours = {(field.start - THURSDAY.timestamp()) % 86_400 for field in shaded}
    assert len(hours) == 2, "the same two hours on each of them"
    assert f"the same hours on {used} comparison days" in pictures.timeline_note
    assert len(pictures.overlay.traces) == used + 2
    chart = window_chart(mine)
    assert len(chart.lines) == used + 2, "earlier days lie behind the windows"
    said = {words.text: words.note for words in pictures.overlay.words}
    assert said == {label.text: label.note for label in chart.labels}, "one level, one figure"
    assert said["before"] == f"mean {number(mine.found.before, mine.metric.unit)}"


def test_the_distribution_says_how_far_each_quantile_moved(opened, change, tmp_path):
    bring_in(opened, change, tmp_path)
    (found,) = judge(change.id, with_=opened.measuring)
    assert [move.quantile for move in found.quantiles] == [0.5, 0.9, 0.95, 0.99]
    assert all(move.interval95[0] < 0.3 < move.interval95[1] for move in found.quantiles)
    pictures = metric_pictures(shelf(opened, change))
    assert pictures.shifts.traces[0].x.size == 6
    assert pictures.quantiles is not None
    assert pictures.distribution_note == ""


def test_without_history_the_pictures_say_what_they_rest_on(opened, change, tmp_path):
    bring_in(opened, change, tmp_path, days=0)
    judge(change.id, with_=opened.measuring)
    pictures = metric_pictures(shelf(opened, change))
    assert "ten pieces of each window" in pictures.distribution_note
    assert pictures.timeline_note == ""
    assert len(pictures.overlay.traces) == 2


def test_before_anything_was_measured_the_pictures_say_so(opened, change):
    pictures = metric_pictures(shelf(opened, change))
    assert pictures.timeline is None
    assert pictures.missing == "Nothing was measured yet."
    assert window_chart(shelf(opened, change)) is None


def test_two_metrics_are_paired_over_both_windows(opened, change, tmp_path):
    for metric, seed in (("response", 5), ("rate", 6)):
        bring_in(opened, change, tmp_path, metric, seed=seed)
    judge(change.id, with_=opened.measuring)
    pair = pair_picture(shelf(opened, change), shelf(opened, change, "rate"))
    assert [trace.x.size for trace in pair.plot.traces] == [180, 180]
    assert "n = 180" in pair.before
    assert "not cause" in pair.meaning
    alone = pair_picture(shelf(opened, change), replace(shelf(opened, change, "rate"), sets=()))
    assert alone.plot is None
    assert "never measured at the same time" in alone.meaning


def test_traffic_is_judged_first_and_the_method_says_so(opened, change, tmp_path):
    for metric, after in (("response", 0.6), ("rate", 0.6)):
        bring_in(opened, change, tmp_path, metric, after=after)
    found = {item.metric_id: item for item in judge(change.id, with_=opened.measuring)}
    response = found["response"]
    assert response.load.restated
    assert response.load.relative == pytest.approx(-0.4, abs=0.02)
    assert response.relative_change == pytest.approx(0.0, abs=0.02), "fewer orders, no faster ones"
    rows = dict(row for part in method_of(response) for row in part.rows)
    assert "judged per unit of it" in rows["Traffic"]
    assert (
        "no measure of traffic"
        in dict(row for part in method_of(found["rate"]) for row in part.rows)["Traffic"]
    )


def test_traffic_that_stayed_changes_nothing(opened, change, tmp_path):
    for metric, after in (("response", 0.6), ("rate", 1.0)):
        bring_in(opened, change, tmp_path, metric, after=after, seed=len(metric))
    found = {item.metric_id: item for item in judge(change.id, with_=opened.measuring)}
    assert not found["response"].load.restated
    assert found["response"].relative_change == pytest.approx(-0.4, abs=0.02)


def test_the_method_shows_every_number_behind_a_verdict(opened, change, tmp_path):
    bring_in(opened, change, tmp_path)
    (found,) = judge(change.id, with_=opened.measuring)
    parts = {part.title: dict(part.rows) for part in method_of(found)}
    assert list(parts) == [
        "Design", "Windows", "Estimate", "Decision", "Checks", "Quantiles", "Promises to users",
        "Fixed before the change",
    ]  # fmt: skip
    assert parts["Design"]["Design"].startswith("A:")
    assert any(label.startswith("Comparison days, K = ") for label in parts["Design"])
    assert "180 of 180 steps" in parts["Windows"]["Before"]
    estimate, decision = parts["Estimate"], parts["Decision"]
    assert {"Likely range 95 %", "Likely range 90 %", "Expected after, without the change"} <= set(
        estimate
    )
    assert f"{found.reference_days - 1:.2f}"[:3] in estimate["Standard error; degrees of freedom"]
    assert decision["Gates that failed"] == "none"
    assert decision["90 % range holds nothing that matters (TOST)"] == "no"
    assert decision["Place in the family (Benjamini-Hochberg)"].startswith("1 of 1, limit 0.05")
    assert "Smallest visible change" in decision
    assert parts["Checks"]["The shift begins"].endswith("after the start")
    assert set(parts["Quantiles"]) == {"p50", "p90", "p95", "p99"}
    assert promises_line(found).startswith("Apdex at 101\u202fms: 0.8")


@pytest.mark.parametrize("since", [0.0005, 0.002])
def test_the_budget_of_a_change_counts_what_the_work_took(opened, made, tmp_path, clock, since):
    clock.pass_by(days=6)
    failed = Metric("failed", "Failed orders", "", MetricKind.RATIO, objective=Objective(0.999))
    change = made(ChangeState.IMPLEMENT, metrics=(failed,), **WORK)
    begin, end = THURSDAY.timestamp(), (THURSDAY + timedelta(minutes=20)).timestamp()
    at_s = np.arange(begin - 3 * 3600, end + 600 + 3 * 3600, 60.0)
    value = np.where((at_s >= begin) & (at_s < end), 0.5, 0.0005)
    value[at_s >= end + 600] = since
    path = write(tmp_path / "failed.csv", Series(at_s, value))
    path.write_text(
        "time,ms\n" + "".join(f"{at:.0f},{x}\n" for at, x in zip(at_s, value, strict=True))
    )
    import_file(FileImport(change.id, "failed", path, "ms"), with_=opened.measuring)
    (found,) = judge(change.id, with_=opened.measuring)
    budget = found.budget
    assert budget.before.burn == pytest.approx(0.5)
    # twenty minutes of one half failing, ten of settling at 0.05 %
    spent = (20 * 0.5 + 10 * 0.0005) / 0.001 / (30 * 24 * 60)
    assert budget.during.spent == pytest.approx(spent)
    assert budget.during.seconds == 1800.0
    beyond = max(0.0, since - 0.0005) * 180 + 20 * (0.5 - 0.0005)
    assert budget.used == pytest.approx(beyond / 0.001 / (30 * 24 * 60), rel=1e-3)
    assert f"this change used {percent(budget.used)} of it" in budget.sentence
    assert f"this change used {percent(budget.used)}; burn rate since" in promises_line(found)
    crossed = since > 0.001
    assert (found.crossed_objective, found.crossed_limit) == (crossed, crossed)
    assert ("The objective is crossed" in promises_line(found)) is crossed
    assert ("The objective is crossed" in budget.sentence) is crossed
    told = {label: text for part in method_of(found) for label, text in part.rows}
    assert told["Objective crossed"] != "no" if crossed else told["Objective crossed"] == "no"
    assert overall([found]).verdict is OverallVerdict.REGRESSED or not crossed
    assert "the work took 23\u202f%" in budget.sentence
    with opened.new_uow() as uow:
        windows = {item.window for item in uow.samples.list(change=change.id)}
    assert WindowName.DURING in windows
