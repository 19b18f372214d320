"""The key figures of a period as a table for other programs, with what each is counted from."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from app.analysis.kpi import interval
from app.analysis.kpi_table import KPIS
from app.domain.kpi import Amount, Measure, Part, Rate, Spread
from app.i18n import _, later
from app.services.exports import ExportWish, Value
from app.services.kpi.kpi_words import GROUPS
from app.services.kpi.kpis import KpiView, Period, load_kpis
from app.services.saving import written_whole

if TYPE_CHECKING:
    from app.services.facade import AppServices


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure as numbers; what does not exist for its kind is None.

    ``value`` is a fraction for a rate or a share (None of fewer than ten changes), the median for
    what was measured, else the amount. Times are in seconds. ``low`` and ``high`` are the bounds of
    Wilson's interval, ``n`` how many values a median or an average is made of.
    """

    value: float | None
    unit: str
    numerator: float | None = None
    denominator: float | None = None
    n: int | None = None
    low: float | None = None
    high: float | None = None
    p90: float | None = None


@dataclass(frozen=True, slots=True)
class KpiRecord:
    """One row: which figure of which period, its numbers, those of the period before."""

    id: str
    title: str
    group: str
    first_day: str
    last_day: str
    now: Figure
    before: Figure | None
    text: str
    source: str


HEADINGS = (
    later("Figure"), later("Definition"), later("Group"), later("First day"), later("Last day"),
    later("Value"), later("Unit"), later("Numerator"), later("Denominator"), later("n"),
    later("Likely from (Wilson, 95 %)"), later("Likely to"), later("90th percentile"),
    later("Value before"), later("Numerator before"), later("Denominator before"),
    later("Source"),
)  # fmt: skip


def numbers_of(measure: Measure) -> Figure:
    """Return a figure as numbers."""
    match measure:
        case Rate():
            low, high = interval(measure) or (None, None)
            return Figure(measure.share, "fraction", len(measure.hits), len(measure.of),
                          low=low, high=high)  # fmt: skip
        case Spread():
            return Figure(measure.median, measure.unit, n=len(measure.values), p90=measure.p90)
        case Amount():
            return Figure(measure.value, measure.unit.strip("/"))
        case Part():
            return Figure(measure.share, "fraction", measure.part_s, measure.whole_s, measure.n)


def records(view: KpiView) -> Iterator[KpiRecord]:
    """Yield every figure of a period in the order of the page."""
    for each in KPIS:
        before = view.before.get(each.id)
        yield KpiRecord(
            each.id,
            _(each.title),
            _(GROUPS[each.group]),
            view.period.first.isoformat(),
            view.period.last.isoformat(),
            numbers_of(view.now[each.id]),
            None if before is None else numbers_of(before),
            _(each.text),
            each.source,
        )


def _values(record: KpiRecord) -> tuple[Value, ...]:
    now, before = record.now, record.before or Figure(None, "")
    return (
        record.title, record.text, record.group, record.first_day, record.last_day, now.value,
        now.unit, now.numerator, now.denominator, now.n, now.low, now.high, now.p90, before.value,
        before.numerator, before.denominator, record.source,
    )  # fmt: skip


def export_kpis(period: Period, target: Path, wish: ExportWish, *, services: "AppServices") -> Path:
    """Write the figures of a period into a file; a file there is replaced whole.

    Raises:
        InvalidInput: The file cannot be written.
    """
    settings, asker = services.settings, services.asker
    hours = settings.service_hours
    view = load_kpis(period, reads=services.kpis, asker=asker, service_hours=hours)
    labelled = replace(wish, label=settings.label)
    headings = [_(text) for text in HEADINGS]
    with written_whole(target) as part, services.open_table(part, labelled, headings) as table:
        for record in records(view):
            table.add(record, _values(record))
    return target
