"""Every verdict on a measure as the window tells it: a shape, a word, a sentence, no bare dash."""

from app.domain.verdict import Verdict
from tests.ui.gallery.verdicts import found, views
from ui.pages.metrics.detail import _facts
from ui.pages.metrics.rows import COLUMNS, verdict_badge


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
