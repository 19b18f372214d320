"""How a key figure is written, in the window and on paper alike."""

from dataclasses import dataclass
from math import ceil, log10

from app.analysis.kpi import Outcome, interval
from app.analysis.kpi_table import Kpi, KpiGroup
from app.domain.kpi import LEAST_FOR_PERCENT, Amount, ExceptionKind, Measure, Part, Rate, Spread
from app.i18n import _, later, ngettext
from app.services.kpi.kpis import Bucket, KpiView, Period, in_weeks
from app.services.report_content.words import CLOSE_CODES, NEEDS
from app.wording import (
    NONE,
    count,
    day_words,
    duration,
    number,
    number_range,
    percent,
)

GROUPS = {
    KpiGroup.OUTCOME: later("Outcome"),
    KpiGroup.PROCESS: later("Process"),
    KpiGroup.DELIVERY: later("Delivery (DORA)"),
    KpiGroup.TIME: later("Time"),
    KpiGroup.SERVICE: later("Service"),
    KpiGroup.BACKLOG: later("Open now"),
}
OUTCOMES = {
    Outcome.CLEAN: later("Clean success"),
    Outcome.EXCEPTION: later("Success with an exception"),
    Outcome.ISSUES: later("With issues"),
    Outcome.FAILED: later("Failed"),
}
_EXCEPTIONS = {
    ExceptionKind.OVERRIDE: later("Override"),
    ExceptionKind.OUTSIDE_WINDOW: later("Outside the window"),
    ExceptionKind.OVERRUN: later("Step overran"),
    ExceptionKind.UNDECLARED_HOST: later("Undeclared host"),
    ExceptionKind.SKIPPED: later("Step skipped"),
    ExceptionKind.WENT_ON: later("Went on past a failure"),
    ExceptionKind.PAST_DEADLINE: later("Past the roll-back deadline"),
    ExceptionKind.UNPLANNED: later("Unplanned step"),
    ExceptionKind.INCIDENT: later("Caused an incident"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """A figure in words.

    ``figure`` is short, ``share`` what it is counted from. ``range`` is the likely range of a rate,
    or the 90th percentile of what was measured. ``before`` is the figure of the period before,
    ``moved`` 1, -1 or 0; None where that is not known. ``opens`` says whether there are changes
    behind it.
    """

    figure: str
    share: str = ""
    range: str = ""
    before: str = ""
    moved: int | None = None
    opens: bool = False
    is_rate: bool = False

    @property
    def note(self) -> str:
        """Range and period before, in one line."""
        parts = (
            _("likely {range}").format(range=self.range) if self.is_rate else self.range,
            _("was {figure}").format(figure=self.before) if self.before else "",
        )
        return ", ".join(part for part in parts if part)


def tell(each: Kpi, now: Measure, before: Measure | None = None) -> Told:
    """Write a figure beside that of the period before."""
    match now:
        case Rate():
            return _rate(now, before if isinstance(before, Rate) else None)
        case Spread():
            return _spread(now, before if isinstance(before, Spread) else None)
        case Amount():
            signed = each.id == "growth"
            return _amount(now, before if isinstance(before, Amount) else None, signed=signed)
        case Part():
            return _part(now, before if isinstance(before, Part) else None)


def definition(each: Kpi) -> str:
    """Return what a figure counts, with where the definition comes from."""
    return f"{_(each.text)} ({each.source})" if each.source else _(each.text)


def _rate(now: Rate, before: Rate | None) -> Told:
    hits, total = len(now.hits), len(now.of)
    known = interval(now)
    if not total:
        return Told(NONE, _("none to count"), before=_was_rate(before))
    if now.share is None:
        figure, share = count(hits), _("of {n}").format(n=count(total))
    else:
        figure = percent(now.share)
        share = _("{n} of {all}").format(n=count(hits), all=count(total))
    return Told(
        figure,
        share,
        _percents(*known) if known else "",
        _was_rate(before),
        _sign(now.share, before.share) if before else None,
        hits > 0,
        is_rate=known is not None,
    )


def _percents(low: float, high: float) -> str:
    return number_range(100 * low, 100 * high, "%")


def _was_rate(before: Rate | None) -> str:
    if before is None or not before.of:
        return ""
    return _("{n} of {all}").format(n=count(len(before.hits)), all=count(len(before.of)))


def _spread(now: Spread, before: Spread | None) -> Told:
    write = _times if now.unit == "×" else duration
    counted = _("n = {n}").format(n=count(len(now.values)))
    if now.median is None:
        return Told(write(None), counted)
    few = len(now.values) < LEAST_FOR_PERCENT
    return Told(
        write(now.median),
        counted,
        "" if few else f"P90 {write(now.p90)}",
        write(before.median) if before and before.median is not None else "",
        _sign(now.median, before.median) if before else None,
        bool(now.numbers),
    )


def _times(value: float | None) -> str:
    return f"{number(value)}×" if value is not None else number(None)


def _amount(now: Amount, before: Amount | None, *, signed: bool) -> Told:
    write = _more_or_less if signed else number
    per_week = now.unit == "/week"
    unit = "" if per_week else now.unit
    return Told(
        write(now.value, unit),
        _("a week") if per_week else "",
        "",
        write(before.value, unit) if before else "",
        _sign(now.value, before.value) if before else None,
        bool(now.numbers),
    )


def _part(now: Part, before: Part | None) -> Told:
    if now.whole_s <= 0:
        return Told(NONE, _("none to count"), before=_was_part(before))
    part, whole = (_hours_or_days(value, now) for value in (now.part_s, now.whole_s))
    share = _fine_percent(now.share)
    told = _("{part} of {whole}").format(part=part, whole=whole)
    averaged = "" if now.n is None else _("n = {n}").format(n=count(now.n))
    moved = _sign(now.share, before.share) if before else None
    if now.by_amount:
        of = _("of {whole}").format(whole=whole)
        return Told(part, of, share, _was_part(before), moved, bool(now.numbers))
    figure = part if now.share is None else share
    of = _("of {whole}").format(whole=whole) if now.share is None else told
    return Told(figure, of, averaged, _was_part(before), moved, bool(now.numbers))


def _was_part(before: Part | None) -> str:
    if before is None or before.whole_s <= 0:
        return ""
    if before.by_amount or before.share is None:
        return _hours_or_days(before.part_s, before)
    return _fine_percent(before.share)


def _hours_or_days(seconds: float, part: Part) -> str:
    """Write service hours as hours, and what is averaged as a length of time."""
    if part.n is not None:
        return duration(seconds)
    hours = seconds / 3600
    return number(hours, "h", 2 if hours < 1 else len(f"{hours:.0f}") + 1)


def _fine_percent(share: float | None) -> str:
    """Write a share of hours with two digits behind the nines: 99.93 %."""
    if share is None:
        return NONE
    lost = 1 - share
    digits = 2 if lost >= 0.01 or lost <= 0 else ceil(-log10(lost))
    return percent(share, digits)


def _more_or_less(value: float, _unit: str = "") -> str:
    """Write how many more or fewer changes: whole ones."""
    return f"+{count(round(value))}" if value > 0 else count(round(value))


def _sign(now: float | None, before: float | None) -> int | None:
    if now is None or before is None:
        return None
    return (now > before) - (now < before)


def period_words(period: Period) -> str:
    """Return a period as people read it."""
    return _("{first} to {last}").format(first=day_words(period.first), last=day_words(period.last))


def short_period(period: Period) -> str:
    """Return a period in few letters: "1 Jan–30 Nov 2026"."""
    first, last = (day_words(each).split(" ", 1)[1] for each in (period.first, period.last))
    if period.first.year == period.last.year:
        first = first.rsplit(" ", 1)[0]
    return f"{first}–{last}"


def bucket_label(bucket: Bucket, period: Period) -> str:
    """Return the name of a column: "9 Nov" for a week, "Nov" for a month."""
    _weekday, day, month, _year = day_words(bucket.first).split()
    return f"{day} {month}" if in_weeks(period) else month


def sentence(view: KpiView) -> str:
    """Say what is counted: closed changes of the period, without canceled ones and rehearsals."""
    closed = len(view.sample.closed)
    text = ngettext("{n} change closed {period}.", "{n} changes closed {period}.", closed)
    counted = text.format(n=count(closed), period=short_period(view.period))
    return f"{counted} {_('Canceled ones and rehearsals are not counted.')}"


def need_word(name: str) -> str:
    """Return the word for a category of need."""
    return next((_(word) for need, word in NEEDS.items() if need.value == name), name)


def cause_word(name: str) -> str:
    """Return the word for why a change was not clean."""
    for kind, word in _EXCEPTIONS.items():
        if kind.value == name:
            return _(word)
    return next((_(word) for code, word in CLOSE_CODES.items() if code.value == name), name)
