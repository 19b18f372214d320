"""The rows of the first page, as data: what waits, what comes, what was found."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from app.domain.vocabulary import ChangeState
from app.i18n import _, later
from app.services.search.rows import ChangeRow, VerdictRow, WatchedRow
from app.wording import DASH, clock, day, near_day
from ui.cells import Badge, Cell, Column, Mark, Mini, Risk, Words
from ui.models.changes import state_badge, when_text
from ui.models.verdicts import verdict_badge

SOON = timedelta(hours=48)
"""What is due within this time is amber."""
_DEEDS = {
    ChangeState.DRAFT: (later("Draft: {title}"), later("Open draft"), "file-text"),
    ChangeState.ASSESS: (later("Plan: {title}"), later("Open plan"), "list-checks"),
    ChangeState.AUTHORIZE: (later("Approve: {title}"), later("Read plan"), "user"),
    ChangeState.SCHEDULED: (later("Start: {title}"), later("Open change"), "calendar"),
    ChangeState.IMPLEMENT: (later("Run: {title}"), later("Open run"), "diamond"),
    ChangeState.TEST: (later("Test: {title}"), later("Open tests"), "clipboard-check"),
    ChangeState.MONITOR: (later("Observed: {title}"), later("Open metrics"), "activity"),
    ChangeState.REVIEW: (later("Review: {title}"), later("Open review"), "eye"),
    ChangeState.REJECTED: (later("Revise: {title}"), later("Open plan"), "undo"),
    ChangeState.BACKOUT: (later("Way back: {title}"), later("Open run"), "undo"),
}
_TABS = {
    ChangeState.DRAFT: "plan",
    ChangeState.ASSESS: "plan",
    ChangeState.REJECTED: "plan",
    ChangeState.TEST: "tests",
    ChangeState.MONITOR: "metrics",
    ChangeState.REVIEW: "review",
}
RUNS = (ChangeState.IMPLEMENT, ChangeState.BACKOUT)


def place_of(row: ChangeRow) -> tuple[str, str]:
    """Return page and ref where a waiting change is moved on."""
    if row.state in RUNS:
        return "run", row.id
    tab = _TABS.get(row.state, "")
    return "changes", f"{row.id}/{tab}" if tab else row.id


def waiting_columns(
    now: Callable[[], datetime], late: Mapping[str, datetime]
) -> tuple[Column[ChangeRow], ...]:
    """Return the columns of what waits; ``late`` is when reviews were due, by their change."""

    def deed(row: ChangeRow) -> str:
        return _(_DEEDS[row.state][0]).format(title=row.title)

    def when(row: ChangeRow) -> str:
        return due_text(row, now(), late)

    def due_cell(row: ChangeRow) -> Cell:
        return Cell((Words(when(row), "watch" if is_due(row, now(), late) else "ink2"),))

    def what_cell(row: ChangeRow) -> Cell:
        due = is_due(row, now(), late)
        return Cell((Mini(_DEEDS[row.state][2], "watch" if due else "ink2"), Words(deed(row))))

    return (
        Column[ChangeRow](_("What"), deed, cell=what_cell),
        Column[ChangeRow](_("Change"), lambda row: row.number, width=108, tone="ink2"),
        Column[ChangeRow](
            _("When"), lambda row: due_text(row, now(), late), cell=due_cell, width=152
        ),
        Column[ChangeRow](
            _("Verb"),
            lambda row: _(_DEEDS[row.state][1]),
            cell=lambda row: Cell(
                (Words(_(_DEEDS[row.state][1]), "ink2"), Mini("chevron-right")), right=True
            ),
            width=116,
            right=True,
        ),
    )


def is_due(row: ChangeRow, now: datetime, late: Mapping[str, datetime]) -> bool:
    """Whether a change must be moved on within two days, or already should have been."""
    before = (ChangeState.ASSESS, ChangeState.AUTHORIZE, ChangeState.SCHEDULED)
    if row.starts_at is None:
        return False
    if row.id in late:
        return True
    return row.state in RUNS or (row.state in before and row.starts_at - now <= SOON)


def due_text(row: ChangeRow, now: datetime, late: Mapping[str, datetime]) -> str:
    """Return when a waiting change is due."""
    if row.state in RUNS and row.starts_at is not None:
        begun, today = (day(at, row.zone, year=True) for at in (row.starts_at, now))
        since = clock(row.starts_at, row.zone)
        since = since if begun == today else near_day(row.starts_at, row.zone, now)
        return _("now, since {time}").format(time=since)
    if row.id in late:
        return _("late since {day}").format(day=near_day(late[row.id], row.zone, now))
    if row.starts_at is not None and row.starts_at <= now < (row.ends_at or now):
        return _("window is open")
    return when_text(row, now)


def window_columns(now: Callable[[], datetime]) -> tuple[Column[ChangeRow], ...]:
    """Return the columns of the next windows."""

    def when(row: ChangeRow) -> str:
        return when_text(row, now())

    return (
        Column[ChangeRow](_("When"), when, cell=_when_cell, width=104),
        Column[ChangeRow](
            _("Change"),
            lambda row: f"{row.title}, {state_badge(row.state, on_hold=row.on_hold).word}",
            cell=_window_cell,
        ),
    )


def _when_cell(row: ChangeRow) -> Cell:
    if row.starts_at is None or row.ends_at is None:
        return Cell(("–",))
    times = f"{clock(row.starts_at, row.zone)}{DASH}{clock(row.ends_at, row.zone)}"
    return Cell((day(row.starts_at, row.zone),), (Words(times, "ink2"),))


def _window_cell(row: ChangeRow) -> Cell:
    return Cell(
        (Words(row.title, weight=500),),
        (Words(row.number, "ink2"), state_badge(row.state, on_hold=row.on_hold)),
        (0, 92),
        end=Risk(row.risk),
    )


def verdict_columns(zone: Callable[[], str]) -> tuple[Column[VerdictRow], ...]:
    """Return the columns of the last verdicts."""
    return (
        Column[VerdictRow](
            _("Verdict"),
            lambda row: row.verdict.words,
            cell=lambda row: Cell((verdict_badge(row.verdict),)),
            width=166,
        ),
        Column[VerdictRow](_("What was found"), _found),
        Column[VerdictRow](_("Change"), lambda row: row.number, width=108, tone="ink2"),
        Column[VerdictRow](
            _("Judged"),
            lambda row: day(row.judged_at, zone()) if row.judged_at else "–",
            width=96,
            right=True,
            tone="ink2",
        ),
    )


def _found(row: VerdictRow) -> str:
    """The first sentence says what was found; the others how sure that is."""
    return row.sentence.split(". ")[0].rstrip(".") or row.metric


def watched_columns(now: Callable[[], datetime]) -> tuple[Column[WatchedRow], ...]:
    """Return the columns of what is under observation."""

    def since(row: WatchedRow) -> str:
        if row.since is None:
            return ""
        gone = int((now() - row.since) / timedelta(days=1)) + 1
        if row.days < 1:
            return _("for less than a day")
        return _("day {n} of {all:g}").format(n=gone, all=row.days)

    return (
        Column[WatchedRow](_("Change"), lambda row: row.number, width=108, tone="ink2"),
        Column[WatchedRow](_("Title"), lambda row: row.title),
        Column[WatchedRow](_("Observed"), since, width=130, tone="ink2"),
        Column[WatchedRow](_("Incidents"), _incidents_text, cell=_incidents, width=150, right=True),
    )


def _incidents_text(row: WatchedRow) -> str:
    n = row.open_incidents
    return _("{n} open").format(n=n) if n else _("no open incident")


def _incidents(row: WatchedRow) -> Cell:
    text = _incidents_text(row)
    if not row.open_incidents:
        return Cell((Words(text, "ink2"),), right=True)
    return Cell((Badge(Mark.WATCH, text),), right=True)
