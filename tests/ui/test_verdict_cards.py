"""Every verdict on a measure as the window tells it: a shape, a word, a sentence, no bare dash."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtWidgets import QApplication

from app.analysis.chart_model import ChartInput, before_after_chart
from app.domain.metric import Series
from app.domain.verdict import Verdict
from tests.ui.gallery.verdicts import found, views
from ui.pages.metrics.detail import MetricDetail, _facts
from ui.pages.metrics.rows import COLUMNS, verdict_badge
from ui.paint import scaled
from ui.widgets import base_table
from ui.widgets.roomy import roomy


def test_every_verdict_has_a_row_and_a_sentence_that_names_the_measure():
    assert {item.verdict for _metric, item in found()} == set(Verdict)
    for view in views():
        assert verdict_badge(view).word == view.found.verdict.words
        assert view.found.sentence.startswith(view.metric.name)
        if view.found.verdict is Verdict.NOT_ENOUGH_DATA:
            assert "Next: " in view.found.sentence, view.found.sentence


def test_what_was_not_measured_says_so_instead_of_two_dashes():
    (view,) = (each for each in views() if each.found.verdict is Verdict.NOT_MEASURED)
    assert [each.text for each in COLUMNS[1].cell(view).top] == ["not measured"]


def test_a_window_is_never_worth_two_hundredths_of_a_sample():
    few = [each for each in views() if "few_independent" in each.found.gates]
    assert few
    for view in few:
        assert view.found.n_effective < 1
        assert "worth less than one independent one." in view.found.sentence
        assert ("Independent", "less than 1") in _facts(view, "UTC")


def test_in_large_type_a_long_name_gives_way_with_dots_and_the_verdict_does_not(shown, theme):
    theme.set_scale(2.0)
    try:
        card = shown(MetricDetail())
        card.show_metric(views()[0], "UTC")
        card.resize(520, 500)
        card.layout().activate()
        assert card._badge.width() >= card._badge.sizeHint().width()
        assert 80 <= card._title.width() < card._title.sizeHint().width()
        assert "Checkout response time, p95" in card._title.toolTip()
        assert card._title.geometry().right() < card._host.geometry().left()
    finally:
        theme.set_scale(1.0)


@pytest.mark.parametrize(("wide", "told"), [(148.0, 3), (84.0, 2), (50.0, 1), (20.0, 1), (6.0, 0)])
def test_the_marks_of_a_scale_never_lie_on_each_other(theme, monkeypatch, wide, told):
    written = []
    monkeypatch.setattr(
        base_table, "write", lambda _painter, area, text, _style: written.append((area, text))
    )
    base_table._paint_marks(None, QRectF(0, 0, wide, 20), COLUMNS[2].marks)
    assert len(written) == told, written
    assert all(area.left() >= 0 and area.right() <= wide for area, _text in written)
    assert not any(one.intersects(two) for (one, _a), (two, _b) in combinations(written, 2))


@pytest.mark.parametrize(("scale", "scrolls"), [(1.0, False), (2.0, True)])
def test_a_picture_below_many_words_keeps_its_height_and_the_page_scrolls(
    shown, theme, scale, scrolls
):
    theme.set_scale(scale)
    try:
        card = MetricDetail()
        area = shown(roomy(card))
        regressed = views()[0]
        metric, item = found()[0]
        card.show_metric(replace(regressed, chart=_windows_of(item)), "UTC")
        area.resize(560, 560)
        card.layout().activate()
        let_it_fit()
        assert card.views.windows.chart.height() >= scaled(160), metric.name
        assert (card.height() > area.viewport().height()) is scrolls
        area.resize(560, 1600)
        let_it_fit()
        assert card.height() == area.viewport().height(), "where there is room it is filled"
    finally:
        theme.set_scale(1.0)


def _windows_of(item):
    before, after = (
        (facts.start.timestamp(), facts.end.timestamp())
        for facts in (item.window_before, item.window_after)
    )
    at_s, later_s = (np.arange(*span, 60.0) for span in (before, after))
    sides = (Series(at_s, np.full(at_s.size, 400.0)), Series(later_s, np.full(later_s.size, 500.0)))
    change = before[1], after[0]
    return before_after_chart(ChartInput(item.metric, "ms", *sides, before, after, change, "UTC"))


def let_it_fit():
    for _ in range(5):
        QApplication.processEvents()
