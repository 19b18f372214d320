"""The ways to look at measures: tabs, pictures, all at a glance, two together, the method."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from app.domain.change import ChangeState
from app.domain.metric import Metric, MetricKind, Series
from app.domain.objective import Objective
from app.domain.verdict import Verdict
from app.services.metric.imports import FileImport, import_file
from app.services.metric.verdicts import judge
from tests.services.test_verdicts import THURSDAY as NOON
from tests.ui.pages.conftest import with_fields
from ui.pages.changes.metrics import MeasuresSection
from ui.pages.metrics.page import MetricsPage
from ui.pages.metrics.views import DISTRIBUTION, METHOD, OVERLAY, TIMELINE
from ui.pages.metrics.ways import ALL, TWO

METRICS = (
    Metric("slow", "Response <b>time</b>", "ms", MetricKind.LATENCY, key=True, apdex_t=110.0),
    Metric("cpu", "Processor load", "%"),
    Metric("late", "Never measured"),
)


def shown(page) -> str:
    return "\n".join(label.text() for label in page.findChildren(QLabel) if label.isVisible())


@pytest.fixture
def driver(drive, services, record, tmp_path, clock):
    """The page with a change that has two judged measures and one without samples."""
    clock.pass_by(days=6)
    work = with_fields(
        work_start=NOON, work_end=NOON + timedelta(minutes=10), metrics=METRICS, baseline_s=3600.0
    )
    change = record("Upgrade", ChangeState.IMPLEMENT, work)
    rng = np.random.default_rng(2)
    one_day = np.arange(NOON.timestamp() - 3600, NOON.timestamp() + 7200, 20.0)
    at_s = np.concatenate([one_day - back * 86_400 for back in range(8, -1, -1)])
    wave = np.repeat(rng.normal(0, 4, at_s.size // 6 + 1), 6)[: at_s.size]
    worse = np.where(at_s > NOON.timestamp() + 600, 1.4, 1.0)
    for metric, value in (("slow", (100 + wave) * worse), ("cpu", 40 + wave)):
        path = tmp_path / f"{metric}.csv"
        series = Series(at_s, value + rng.normal(0, 1, at_s.size))
        rows = zip(series.at_s.tolist(), series.value.tolist(), strict=True)
        path.write_text("time,v\n" + "".join(f"{at:.0f},{v:.3f}\n" for at, v in rows))
        import_file(FileImport(change.id, metric, path), with_=services.measuring)
    judge(change.id, with_=services.measuring)
    made = drive(MetricsPage)
    made.open(change.id)
    return made


def look(driver, tabs, position):
    tabs.setFocus()
    while tabs.current < position:
        driver.bot.keyClick(tabs, Qt.Key.Key_Right)
    while tabs.current > position:
        driver.bot.keyClick(tabs, Qt.Key.Key_Left)
    driver.settle()


def test_every_way_to_look_at_a_measure_is_reached_by_keyboard(driver):
    views = driver.page.ways.detail.views
    assert views.windows.chart.model.lines[0].kind == "reference", "earlier days lie behind"
    assert "Apdex at 110" in shown(driver.page)
    look(driver, views.stack.tabs, TIMELINE)
    assert views.timeline.chart.model.sentence.startswith("Timeline of Response <b>time</b>")
    assert "Grey fields: the same hours on" in shown(driver.page)
    look(driver, views.stack.tabs, OVERLAY)
    assert "both windows on one clock" in views.overlay.chart.model.sentence
    look(driver, views.stack.tabs, DISTRIBUTION)
    assert views.shifts.chart.model.traces[0].y.min() > 0.3
    assert views.quantiles.chart.isVisible()
    look(driver, views.stack.tabs, METHOD)
    words = shown(driver.page)
    for label in ("Comparison days, K = ", "Standard error; degrees of freedom", "p95"):
        assert label in words


def test_another_measure_is_shown_in_the_way_that_was_chosen(driver):
    views = driver.page.ways.detail.views
    look(driver, views.stack.tabs, TIMELINE)
    driver.page.ways.table.select("cpu")
    driver.settle()
    assert "Processor load" in views.timeline.chart.model.sentence
    driver.page.ways.table.select("late")
    driver.settle()
    assert not views.isVisible()
    assert "Not measured yet." in shown(driver.page)


def test_all_measures_are_seen_at_a_glance_the_worst_first(driver):
    ways = driver.page.ways
    look(driver, ways.tabs, ALL)
    tiles = ways.glance.tiles
    assert [tile.ident for tile in tiles] == ["slow", "cpu", "late"]
    assert tiles[0].accessibleName().startswith("Response <b>time</b>, Regressed")
    driver.bot.keyClick(tiles[0], Qt.Key.Key_Right)
    assert tiles[0].at is not None
    assert tiles[0].at == tiles[1].at, "one crosshair over all"
    rows = list(ways.glance.rows())
    assert {row[0] for row in rows[1:]} == {"Response <b>time</b>", "Processor load"}
    driver.bot.keyClick(tiles[1], Qt.Key.Key_Return)
    driver.settle()
    assert driver.page.ways.table.current.id == "cpu"
    assert ways.tabs.current == 0


def test_many_measures_are_drawn_in_turns_and_none_is_lost(driver):
    ways = driver.page.ways
    few = ways._view
    many = []
    for number in range(60):
        view = few.metrics[number % 3]
        many.append(replace(view, metric=replace(view.metric, id=f"m{number:03}")))
    full = replace(few, metrics=tuple(many))
    ways.glance.show_view(full)
    assert ways.busy
    ways.glance.show_view(few)
    driver.settle()
    assert len(ways.glance.tiles) == 3, "nothing of what was shown before comes after it"
    ways.glance.show_view(full)
    driver.settle()
    assert {tile.ident for tile in ways.glance.tiles} == {view.id for view in many}
    places = [ways.glance._grid.indexOf(tile) for tile in ways.glance.tiles]
    assert places == list(range(60))


def test_two_measures_are_put_against_each_other(driver):
    ways = driver.page.ways
    look(driver, ways.tabs, TWO)
    words = shown(driver.page)
    assert "n = " in words
    assert "not cause" in words
    assert [trace.name for trace in ways.pair.plot.chart.model.traces] == ["before", "after"]
    driver.choose(ways.pair.other, "slow")
    driver.settle()
    assert "Choose two measures" in shown(driver.page)
    assert not ways.pair.plot.isVisible()


def test_the_window_can_be_sent_straight_to_a_way(driver):
    change = driver.page._view.change.id
    assert f"{change}/method" in driver.page.places()
    driver.open(f"{change}/pair")
    assert driver.page.ways.tabs.current == TWO
    driver.open(f"{change}/distribution")
    assert driver.page.ways.tabs.current == 0
    assert driver.page.ways.detail.views.shifts.chart.isVisible()
    assert driver.page.ways.table.current.found.verdict is Verdict.REGRESSED


def test_what_is_promised_to_users_is_agreed_in_the_plan(drive, services, record):
    from ui.pages.changes.page import ChangesPage

    change = record("Upgrade", ChangeState.ASSESS, with_fields(metrics=METRICS))
    driver = drive(ChangesPage)
    driver.open(f"{change.id}/metrics")
    tabs = driver.page.detail
    measures = tabs.findChildren(MeasuresSection)[0].measures
    measures.table.select_first()
    driver.settle()
    form = measures.form
    assert form.apdex.value == "110"
    driver.choose(form.load, "cpu")
    driver.type(form.share, "99.5")
    driver.settle()
    assert "Agree on a target first" in shown(driver.page)
    driver.choose(form.side, "most")
    driver.type(form.target, "120")
    driver.type(form.days, "7")
    form.strict.box.click()
    driver.settle()
    driver.bot.waitUntil(lambda: kept_metric(services, change.id).objective is not None)
    kept = kept_metric(services, change.id)
    assert kept.objective == Objective(0.995, 7.0)
    assert (kept.load, kept.apdex_t, kept.strict) == ("cpu", 110.0, True)
    with services.new_uow() as uow:
        planned = uow.changes.get(change.id)
    loose = (replace(kept, strict=False), *planned.metrics[1:])
    assert replace(planned, metrics=loose).plan_hash != planned.plan_hash, "frozen with the plan"


def kept_metric(services, change_id):
    with services.new_uow() as uow:
        return uow.changes.get(change_id).metrics[0]
