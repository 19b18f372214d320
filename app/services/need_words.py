"""What the records of a need say, in one sentence each: for the window and for the paper."""

from datetime import UTC, date, datetime

from app.domain.cvss import Severity
from app.domain.evidence import (
    AdvisoryRecord,
    BugRecord,
    Downtime,
    Lifecycle,
    LoadFigure,
    OutageRecord,
)
from app.domain.need import Impact, Need, NeedEvidence, Option
from app.i18n import _, later, ngettext
from app.wording import clock_span, count, day, duration, moment, number, percent

SEVERITIES = {
    Severity.NONE: later("no severity"),
    Severity.LOW: later("low"),
    Severity.MEDIUM: later("medium"),
    Severity.HIGH: later("high"),
    Severity.CRITICAL: later("critical"),
}


def said(item: NeedEvidence, now: datetime, zone: str) -> str:
    """Return what a record says; the countdown of a lifecycle depends on ``now``."""
    parts = []
    if item.outage is not None:
        parts.append(_outage(item.outage, zone))
    if item.load is not None:
        parts.append(_load(item.load))
    if item.lifecycle is not None:
        parts.append(lifecycle_words(item.lifecycle, now.astimezone(UTC).date()))
    if item.bug is not None:
        parts.append(_bug(item.bug))
    if item.advisory is not None:
        parts.append(_advisory(item.advisory))
    return ". ".join(part for part in (*parts, item.value.strip()) if part)


def date_words(value: date) -> str:
    """Write a date: "Sun 15 Nov 2026"."""
    return day(datetime(value.year, value.month, value.day, tzinfo=UTC), "UTC", year=True)


def _outage(record: OutageRecord, zone: str) -> str:
    kind = _("planned") if record.planned else _("unplanned")
    where = f"{record.service}, " if record.service else ""
    if record.ended is None:
        since = moment(record.began, zone)
        return _("{where}{kind}, since {since}").format(where=where, kind=kind, since=since)
    length = duration((record.ended - record.began).total_seconds())
    span = clock_span(record.began, record.ended, zone)
    return f"{where}{kind}, {length}, {span}"


def _load(record: LoadFigure) -> str:
    value = number(record.value, record.unit, 3)
    if record.limit is None or record.share is None:
        return value
    return _("{value}, {share} of the limit of {limit}").format(
        value=value, share=percent(record.share, 3), limit=number(record.limit, record.unit, 3)
    )


def lifecycle_words(record: Lifecycle, today: date) -> str:
    """Say until when a version is supported, counted from today."""
    product = f"{record.product} {record.version}".strip()
    parts = [product] if product else []
    left = record.days_left(today)
    if record.end_of_life is not None and left is not None:
        ends = _("end of life {date}").format(date=date_words(record.end_of_life))
        parts.append(f"{ends}, {_countdown(left)}")
    if record.supported:
        parts.append(_("supported: {version}").format(version=record.supported))
    return ", ".join(parts)


def _countdown(left: int) -> str:
    if left == 0:
        return _("that is today")
    if left > 0:
        return ngettext("in {n} day", "in {n} days", left).format(n=count(left))
    return ngettext("{n} day ago", "{n} days ago", -left).format(n=count(-left))


def _bug(record: BugRecord) -> str:
    n = record.recurrences
    parts = [ngettext("seen {n} time", "seen {n} times", n).format(n=count(n))] if n else []
    if record.first_seen is not None:
        parts.append(_("first {date}").format(date=date_words(record.first_seen)))
    if record.days:
        parts.append(_("last {date}").format(date=date_words(max(record.days))))
    return ", ".join(parts)


def _advisory(record: AdvisoryRecord) -> str:
    parts = [record.id] if record.id else []
    if record.score is not None and record.severity is not None:
        parts.append(f"CVSS {record.score:.1f} {_(SEVERITIES[record.severity])}")
    if record.affected:
        parts.append(_("affects {versions}").format(versions=record.affected))
    if record.exploited is not None:
        parts.append(_("attacks are known") if record.exploited else _("no attack is known"))
    return ", ".join(parts)


def downtime_words(found: Downtime) -> str:
    """Say how much time was lost in the period looked at, and what availability that makes."""
    n = ngettext("{n} outage", "{n} outages", found.count).format(n=count(found.count))
    text = _("{n} in {days}: {lost} unplanned, availability {share}").format(
        n=n,
        days=duration(found.period_h * 3600),
        lost=duration(found.unplanned_h * 3600),
        share=availability_words(found.availability),
    )
    if found.planned_h:
        text += _(", besides {time} planned").format(time=duration(found.planned_h * 3600))
    return text + (_("; one still lasts") if found.lasting else "")


def availability_words(share: float) -> str:
    """Write an availability with as many nines as it has: "99.87 %", "99.998 %"."""
    shown = share * 100
    digits = 2 if shown < 99.9 else 3
    cut = int(shown * 10**digits) / 10**digits if shown < 100 else shown
    return f"{cut:.{digits}f}\u202f%" if cut < 100 else "100\u202f%"


def lost_words(need: Need) -> str:
    """Say what the records of outages add up to; empty without any."""
    found = need.downtime
    return downtime_words(found) if found else ""


def cost_words(impact: Impact) -> str:
    """Write what the need has cost: "12.5 h × 4 200 EUR = 52 500 EUR"; empty if not known."""
    total = impact.total_cost
    if total is None or impact.hours is None or impact.cost_per_hour is None:
        return ""
    return _("{hours} × {cost} = {total}").format(
        hours=number(impact.hours, "h", 3),
        cost=money(impact.cost_per_hour, impact.currency),
        total=money(total, impact.currency),
    )


def option_figures(option: Option, currency: str) -> tuple[str, str]:
    """Write what an option costs and how long it takes; "" where no figure is known."""
    cost = "" if option.amount is None else money(option.amount, currency)
    return cost, "" if option.takes_s is None else duration(option.takes_s)


def option_words(option: Option, currency: str) -> str:
    """Say in one line why an option was chosen or not, and what it takes: "Quick; 3 h; 90 EUR"."""
    cost, time = option_figures(option, currency)
    parts = (option.reason.strip().rstrip("."), time or option.time, cost or option.cost)
    return "; ".join(part for part in parts if part)


def money(value: float, currency: str = "") -> str:
    """Write an amount: whole units from a hundred on."""
    whole = abs(value) >= 100 or value == int(value)
    text = count(round(value)) if whole else f"{value:.2f}"
    return f"{text}\u202f{currency}" if currency else text
