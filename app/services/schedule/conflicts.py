"""Find what stands in the way of a change at a time, and what of it nobody has accepted yet."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from app.analysis.intervals import Intervals
from app.analysis.recurrence import all_occurrences
from app.domain.calendar import Occurrence, ScheduleWindow
from app.domain.change import Change, ChangeState
from app.domain.conflict import Conflict, Reason, ScheduleCheck
from app.domain.host import Host
from app.domain.window import TimeRange, Window
from app.i18n import _
from app.services.ports.store import UnitOfWork
from app.services.schedule.attendance import needed_people
from app.wording import duration, moment

PLANNED = (
    ChangeState.AUTHORIZE,
    ChangeState.SCHEDULED,
    ChangeState.IMPLEMENT,
    ChangeState.TEST,
    ChangeState.BACKOUT,
)
"""Where a change holds its time against others; a draft's window is a wish."""
GROUP = "group:"
"""Hosts that share a tag such as ``group:orders-cluster`` belong together."""


@dataclass(frozen=True, slots=True)
class Around:
    """What may be in the way: hosts, other changes, windows; read in one transaction."""

    hosts: tuple[Host, ...] = ()
    others: tuple[Change, ...] = ()
    windows: tuple[ScheduleWindow, ...] = ()

    def host_name(self, host_id: str) -> str:
        """Return the name of a host, its id when it is no longer known."""
        return next((host.name for host in self.hosts if host.id == host_id), host_id)


def look_around(change: Change, span: TimeRange, uow: UnitOfWork) -> Around:
    """Read what may be in the way of a change in a span."""
    states = [state.value for state in PLANNED]
    others = (other for other in uow.changes.overlapping(span, states) if other.id != change.id)
    live = sorted((item for item in uow.windows.list() if not item.retired), key=lambda w: w.name)
    return Around(tuple(uow.hosts.list()), tuple(others), tuple(live))


def find_conflicts(change: Change, window: Window | None, around: Around) -> tuple[Conflict, ...]:
    """Return everything in the way of a change at a window, the gravest first.

    A freeze stands first and counts even where a maintenance window covers the same time.
    """
    if window is None:
        return ()
    span = window.span
    found = [
        *_freezes(change, span, around),
        *_outside(change, span, around),
        *_other_changes(change, span, around),
        *_clocks(window),
    ]
    order = list(Reason)
    return tuple(sorted(found, key=lambda c: (order.index(c.reason), c.overlap.start, c.key)))


def check_schedule(change: Change, around: Around, now: datetime) -> ScheduleCheck | None:
    """Return what is in the way now, None for a change without a window."""
    if change.window is None:
        return None
    found = find_conflicts(change, change.window, around)
    return ScheduleCheck(now, change.window.span, found)


def is_accepted(change: Change, conflict: Conflict) -> bool:
    """Whether a named person has accepted a conflict, for exactly these times."""
    span = change.window.span if change.window else conflict.overlap
    return any(given.accepts(conflict, span) for given in change.acknowledged)


def unaccepted(change: Change, conflicts: Sequence[Conflict]) -> tuple[Conflict, ...]:
    """Return the conflicts that nobody has accepted."""
    return tuple(conflict for conflict in conflicts if not is_accepted(change, conflict))


def reason_word(reason: Reason) -> str:
    """Return what a reason is called."""
    return {
        Reason.FREEZE: _("Freeze"),
        Reason.OUTSIDE: _("Outside the window"),
        Reason.SAME_HOST: _("Same host"),
        Reason.RELATED_HOST: _("Related host"),
        Reason.PERSON: _("Double-booked"),
        Reason.CLOCKS: _("Clock rules"),
    }[reason]


def conflict_sentence(conflict: Conflict, zone: str) -> str:
    """Say a conflict in one line."""
    begins = moment(conflict.overlap.start, zone)
    length = duration(conflict.overlap.duration.total_seconds())
    words = {
        Reason.FREEZE: _("The freeze “{subject}” covers {length} from {begins}."),
        Reason.OUTSIDE: _(
            "{length} from {begins} lie outside the maintenance windows of {subject}."
        ),
        Reason.SAME_HOST: _("{other} works on {subject} too, {length} from {begins}."),
        Reason.RELATED_HOST: _("{other} works on {subject}, {length} from {begins}."),
        Reason.PERSON: _("{subject} is needed by {other} too, {length} from {begins}."),
        Reason.CLOCKS: _("The clock rules of {subject} were changed after this time was typed."),
    }[conflict.reason]
    text = words.format(
        subject=conflict.subject, other=conflict.other_number, begins=begins, length=length
    )
    return f"{text} {conflict.note}" if conflict.note else text


def freezes_on(change: Change, around: Around, span: TimeRange) -> tuple[Occurrence, ...]:
    """Return the freezes that hold for a change in a span, whatever its type or approval."""
    windows = tuple(w for w in around.windows if w.is_freeze and covers(w, change, around))
    return all_occurrences(windows, span)


def covers(window: ScheduleWindow, change: Change, around: Around) -> bool:
    """Whether a window holds for a change: its service, or any host of it."""
    if window.applies_to.covers_service(change.business_service):
        return True
    return any(
        window.applies_to.covers_host(host) for host in around.hosts if host.id in change.hosts
    )


def allowed(change: Change, around: Around, span: TimeRange) -> list[tuple[str, Intervals]]:
    """Return (what for, when maintenance windows let it be worked on) for hosts and service.

    Nothing stands here for a host that no maintenance window was ever declared for: it is free.
    Only time inside ``span`` is given; windows that touch each other are one.
    """
    maintenance = tuple(window for window in around.windows if not window.is_freeze)
    targets = [
        (host.name, tuple(w for w in maintenance if w.applies_to.covers_host(host)))
        for host in around.hosts
        if host.id in change.hosts
    ]
    if not targets:
        service = change.business_service or _("the service")
        fitting = tuple(
            w for w in maintenance if w.applies_to.covers_service(change.business_service)
        )
        targets = [(service, fitting)]
    return [
        (name, Intervals(item.span for item in all_occurrences(windows, span)))
        for name, windows in targets
        if windows
    ]


def _freezes(change: Change, span: TimeRange, around: Around) -> Iterator[Conflict]:
    for item in freezes_on(change, around, span):
        window = item.window
        shared = _shared(item.span, span)
        note = _("It allows: {text}").format(text=window.condition) if window.condition else ""
        yield Conflict(Reason.FREEZE, window.name, shared, window=window.id, note=note)


def _outside(change: Change, span: TimeRange, around: Around) -> Iterator[Conflict]:
    for name, times in allowed(change, around, span):
        gap = times.first_gap(span)
        if gap is not None:
            yield Conflict(Reason.OUTSIDE, name, gap)


def _other_changes(change: Change, span: TimeRange, around: Around) -> Iterator[Conflict]:
    related = related_hosts(change, around.hosts)
    people = needed_people(change)
    for other in around.others:
        if other.window is None or not other.window.span.overlaps(span):
            continue
        base = Conflict(
            Reason.SAME_HOST, "", _shared(other.window.span, span),
            other=other.id, other_number=other.number, other_title=other.title,
        )  # fmt: skip
        for host in other.hosts:
            if host in change.hosts:
                yield replace(base, subject=around.host_name(host))
            elif host in related:
                yield replace(base, reason=Reason.RELATED_HOST,
                              subject=around.host_name(host), note=related[host])  # fmt: skip
        there = needed_people(other)
        for key in sorted(people.keys() & there.keys()):
            note = _("Here: {here}; there: {there}.").format(
                here=people[key].words, there=there[key].words
            )
            yield replace(base, reason=Reason.PERSON, subject=people[key].name, note=note)


def related_hosts(change: Change, hosts: Sequence[Host]) -> dict[str, str]:
    """Return hosts that a change on its own hosts concerns, by id, with the relation in words.

    A host depends on one of them or the other way round, or shares a tag that begins with
    ``group:``.
    """
    own = [host for host in hosts if host.id in change.hosts]
    found: dict[str, str] = {}
    for mine in own:
        for host in hosts:
            known = host.id in change.hosts or host.id in found
            if not known and (relation := _relation(mine, host)):
                found[host.id] = relation
    return found


def _relation(mine: Host, other: Host) -> str:
    if other.id in mine.depends_on:
        return _("{a} depends on {b}.").format(a=mine.name, b=other.name)
    if mine.id in other.depends_on:
        return _("{a} depends on {b}.").format(a=other.name, b=mine.name)
    shared = sorted(t for t in set(mine.tags) & set(other.tags) if t.startswith(GROUP))
    if shared:
        return _("{a} and {b} are both in {group}.").format(
            a=mine.name, b=other.name, group=shared[0].removeprefix(GROUP)
        )
    return ""


def _clocks(window: Window) -> Iterator[Conflict]:
    moved = window.moved_by
    typed, now = window.typed, window.by_the_clock
    if not moved or typed is None or now is None:
        return
    note = _("{typed} as typed is now {new}, not {old}.").format(
        typed=f"{typed.at:%H:%M}",
        new=moment(now.span.start, "UTC"),
        old=moment(window.span.start, "UTC"),
    )
    start = min(window.span.start, now.span.start)
    yield Conflict(Reason.CLOCKS, window.zone, TimeRange(start, start + max(moved, -moved)),
                   note=note)  # fmt: skip


def _shared(one: TimeRange, other: TimeRange) -> TimeRange:
    return TimeRange(max(one.start, other.start), min(one.end, other.end))
