"""How metrics and their verdicts are shown, as data."""

from app.domain.verdict import Comparison, OverallVerdict, Verdict
from app.i18n import _
from app.wording import number, percent_range, signed_percent
from ui.cells import Badge, Cell, Column, Interval, Mark, Words
from ui.operations.metrics import MetricView

MARKS = {
    Verdict.IMPROVED: Mark.GOOD,
    Verdict.REGRESSED: Mark.BAD,
    Verdict.CHANGED: Mark.MIXED,
    Verdict.NO_MATERIAL_CHANGE: Mark.SAME,
    Verdict.NOT_ENOUGH_DATA: Mark.UNKNOWN,
    Verdict.NOT_MEASURED: Mark.MISSING,
}
OVERALL_MARKS = {
    OverallVerdict.IMPROVED: Mark.GOOD,
    OverallVerdict.REGRESSED: Mark.BAD,
    OverallVerdict.MIXED: Mark.MIXED,
    OverallVerdict.INCONCLUSIVE: Mark.UNKNOWN,
    OverallVerdict.NO_MATERIAL_CHANGE: Mark.SAME,
}
_SURE = (Verdict.IMPROVED, Verdict.REGRESSED, Verdict.NO_MATERIAL_CHANGE, Verdict.CHANGED)


def verdict_badge(view: MetricView) -> Badge:
    """Return the verdict of a metric."""
    verdict = view.found.verdict if view.found else Verdict.NOT_MEASURED
    return Badge(MARKS[verdict], verdict.words)


def interval_of(found: Comparison | None) -> Interval:
    """Return the relative change as the bar shows it."""
    if found is None or found.relative_change is None or found.interval95 is None:
        return Interval()
    lo, hi = found.interval95
    sure = found.verdict in _SURE
    tone = MARKS[found.verdict].tone if found.verdict.is_move else "ink2"
    return Interval(found.relative_change, lo, hi, found.margin, tone, sure)


def _name_cell(view: MetricView) -> Cell:
    return Cell((view.metric.name,), (verdict_badge(view), Words(view.host, "ink2")))


def _values_cell(view: MetricView) -> Cell:
    found, unit = view.found, view.metric.unit
    if found is None:
        state = _("measured before") if view.before else _("not measured")
        return Cell((Words(state, "ink2"),), right=True)
    values = (
        Words(f"{number(found.before)} → ", "ink2"),
        Words(number(found.after, unit), weight=600),
    )
    target = view.metric.target
    if target is None:
        return Cell(values, right=True)
    sign = "≤" if target.at_most else "≥"
    met = _("met") if found.target_met else _("missed")
    text = f"{sign} {number(target.value, unit)}, {met}"
    return Cell(values, (Words(text, "ink2" if found.target_met else "bad"),), right=True)


def _change_cell(view: MetricView) -> Cell:
    found = view.found
    if found is None or found.relative_change is None or found.interval95 is None:
        return Cell((Words("–", "ink3"),), right=True)
    return Cell(
        (Words(signed_percent(found.relative_change), weight=600),),
        (Words(percent_range(*found.interval95), "ink2"),),
        right=True,
    )


COLUMNS = (
    Column[MetricView](
        _("Measure and verdict"),
        lambda view: f"{view.metric.name}, {verdict_badge(view).word}",
        cell=_name_cell,
    ),
    Column[MetricView](
        _("Before → after"), lambda view: "", cell=_values_cell, width=150, right=True
    ),
    Column[MetricView](
        _("−40   0   +40 %"),
        lambda view: interval_of(view.found).sentence,
        cell=lambda view: Cell((interval_of(view.found),)),
        width=150,
    ),
    Column[MetricView](_("Change"), lambda view: "", cell=_change_cell, width=110, right=True),
)
