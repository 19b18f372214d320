"""How metrics and their verdicts are shown, as data."""

from app.analysis.words_figures import level, rhythm_shows, short_move, short_range
from app.domain.verdict import Comparison, Verdict
from app.i18n import _
from app.wording import number
from ui.cells import Badge, Cell, Column, Words
from ui.models import verdicts
from ui.models.verdicts import interval_of
from ui.operations.metrics import MetricView


def verdict_badge(view: MetricView) -> Badge:
    """Return the verdict of a metric."""
    return verdicts.verdict_badge(view.found.verdict if view.found else Verdict.NOT_MEASURED)


def _name_cell(view: MetricView) -> Cell:
    return Cell((view.metric.name,), (verdict_badge(view), Words(view.host, "ink2")))


def _values_cell(view: MetricView) -> Cell:
    found = view.found
    if found is None or (found.before is None and found.after is None):
        state = _("measured before") if view.before else _("not measured")
        return Cell((Words(state, "ink2"),), right=True)
    values = (
        Words(f"{level(found, found.before, unit=False)} →", "ink2"),
        Words(level(found, found.after), weight=600),
    )
    return Cell(values, _below(view, found), right=True)


def _below(view: MetricView, found: Comparison) -> tuple[Words, ...]:
    """A missed target first; then what was to be expected, where the levels alone mislead."""
    target = view.metric.target
    if found.target_met is not False and rhythm_shows(found, found.margin):
        expected = level(found, found.expected)
        return (Words(_("{level} expected").format(level=expected), "ink2"),)
    if target is None:
        return ()
    sign = "≤" if target.at_most else "≥"
    met = _("met") if found.target_met else _("missed")
    text = f"{sign} {number(target.value, view.metric.unit)}, {met}"
    return (Words(text, "ink2" if found.target_met else "bad"),)


def _change_cell(view: MetricView) -> Cell:
    found = view.found
    if found is None or found.relative_change is None or found.interval95 is None:
        return Cell((Words("–", "ink3"),), right=True)
    return Cell(
        (Words(short_move(found), weight=600),),
        (Words(short_range(found), "ink2"),),
        right=True,
    )


COLUMNS = (
    Column[MetricView](
        _("Measure and verdict"),
        lambda view: f"{view.metric.name}, {verdict_badge(view).word}",
        cell=_name_cell,
    ),
    Column[MetricView](
        _("Before → after"), lambda view: "", cell=_values_cell, width=128, right=True
    ),
    Column[MetricView](
        _("Likely range"),
        lambda view: interval_of(view.found).sentence,
        cell=lambda view: Cell((interval_of(view.found),)),
        width=148,
        marks=("−40 %", "0", "+40 %"),
    ),
    Column[MetricView](_("Change"), lambda view: "", cell=_change_cell, width=118, right=True),
)
