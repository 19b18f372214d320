"""Find the next free slot of a change within 90 days, and say why it fits or why there is none."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.analysis.intervals import Intervals
from app.domain.change import Change
from app.domain.conflict import Reason
from app.domain.window import TimeRange, Window
from app.errors import InvalidInput
from app.i18n import _, ngettext
from app.services.change.changes import Desk
from app.services.schedule.attendance import needed_people
from app.services.schedule.conflicts import (
    Around,
    allowed,
    find_conflicts,
    freezes_on,
    look_around,
    related_hosts,
)
from app.wording import clock_span, count, duration

HORIZON = timedelta(days=90)
GRID = timedelta(minutes=15)
_USUAL = timedelta(hours=3)


@dataclass(frozen=True, slots=True)
class Killed:
    """How many starts one rule ruled out; each start counts for the first rule that did."""

    reason: Reason
    subject: str
    starts: int


@dataclass(frozen=True, slots=True)
class SlotAnswer:
    """A slot with the reasons why it fits, or none with what ruled every start out."""

    slot: Window | None
    length: timedelta
    tried: int
    killed: tuple[Killed, ...]
    lines: tuple[str, ...]
    """The explanation, one sentence each."""
    fits: tuple[str, ...] = ()
    """The part of it that says why the slot fits."""


@dataclass(frozen=True)
class _Rule:
    reason: Reason
    kills: Callable[[TimeRange], str]
    """Returns what a span collides with, "" when the rule lets it be."""


def next_free_slot(
    change_id: str, *, desk: Desk, after: datetime | None = None, length: timedelta | None = None
) -> SlotAnswer:
    """Return the first time from ``after`` (else now) on at which nothing is in the way.

    ``length`` is the change's own window length where it has one, else the runbook's with the way
    back, else three hours.

    Raises:
        InvalidInput: The length is not above zero or longer than a month.
    """
    start = max(after or desk.clock.now(), desk.clock.now())
    with desk.new_uow() as uow:
        change = uow.changes.get(change_id)
        wanted = length or usual_length(change)
        if not timedelta(0) < wanted <= timedelta(days=31):
            raise InvalidInput(_("A slot lasts from a moment to a month."))
        around = look_around(change, TimeRange(start, start + HORIZON + wanted), uow)
    zone = change.window.zone if change.window else desk.settings.zone
    return find_slot(change, around, TimeRange(start, start + HORIZON), wanted, zone)


def usual_length(change: Change) -> timedelta:
    """Return how long a window of a change should be."""
    if change.window is not None:
        return change.window.span.duration
    planned_s = change.runbook.forward_estimate_s + change.runbook.backout_estimate_s
    quarters = -(-planned_s // GRID.total_seconds())
    return timedelta(seconds=quarters * GRID.total_seconds()) if planned_s else _USUAL


def find_slot(
    change: Change, around: Around, within: TimeRange, length: timedelta, zone: str
) -> SlotAnswer:
    """Return the first start inside ``within`` at which nothing is in the way.

    Starts are tried on a grid of 15 minutes, and at the very moments at which something begins to
    be possible, such as the start of a maintenance window.
    """
    rules = list(_rules(change, around, TimeRange(within.start, within.end + length)))
    killed: Counter[tuple[Reason, str]] = Counter()
    tried = 0
    for start in _starts(change, around, within):
        span = TimeRange(start, start + length)
        tried += 1
        hit = next(((rule.reason, what) for rule in rules if (what := rule.kills(span))), None)
        if hit is None:
            slot = Window(span, zone)
            found = tuple(Killed(*key, starts=n) for key, n in killed.most_common())
            fits = tuple(_why(change, around, slot))
            return SlotAnswer(slot, length, tried, found, (*fits, *_passed_over(found)), fits)
        killed[hit] += 1
    found = tuple(Killed(*key, starts=n) for key, n in killed.most_common())
    lines = (_nothing(tried, within, length), *map(_killed_words, found),
             *_too_short(change, around, within, length))  # fmt: skip
    return SlotAnswer(None, length, tried, found, lines)


def _starts(change: Change, around: Around, within: TimeRange) -> Iterator[datetime]:
    """Yield the starts to try, in order, each once."""
    opening = [span.start for _n, times in allowed(change, around, within) for span in times.spans]
    opening += [item.span.end for item in freezes_on(change, around, within)]
    opening += [other.window.span.end for other in around.others if other.window]
    epoch = within.start.replace(hour=0, minute=0, second=0, microsecond=0)
    steps = -((epoch - within.start) // GRID)
    first = epoch + steps * GRID
    grid = [first + n * GRID for n in range(max(0, -((first - within.end) // GRID)))]
    yield from sorted({at for at in (*grid, *opening) if at in within})


def _rules(change: Change, around: Around, span: TimeRange) -> Iterator[_Rule]:
    """Yield the rules in their order; together they rule out what `find_conflicts` would find."""
    freezes = freezes_on(change, around, span)
    yield _avoid(Reason.FREEZE, [(item.window.name, item.span) for item in freezes])
    yield from (_inside(name, times) for name, times in allowed(change, around, span))
    related = related_hosts(change, around.hosts)
    people = needed_people(change).keys()
    sharing: tuple[tuple[Reason, Callable[[Change], bool]], ...] = (
        (Reason.SAME_HOST, lambda other: bool(set(other.hosts) & set(change.hosts))),
        (Reason.RELATED_HOST, lambda other: any(host in related for host in other.hosts)),
        (Reason.PERSON, lambda other: bool(people & needed_people(other).keys())),
    )
    for reason, touches in sharing:
        yield _avoid(
            reason, [(o.number, o.window.span) for o in around.others if o.window and touches(o)]
        )


def _avoid(reason: Reason, busy: Sequence[tuple[str, TimeRange]]) -> _Rule:
    """Rule out what touches a named span; all are looked at together, for there may be many."""
    together = Intervals(span for _name, span in busy)

    def kills(span: TimeRange) -> str:
        if not together.touching(span):
            return ""
        return next((name for name, taken in busy if taken.overlaps(span)), "")

    return _Rule(reason, kills)


def _inside(subject: str, times: Intervals) -> _Rule:
    return _Rule(Reason.OUTSIDE, lambda span: subject if times.first_gap(span) else "")


def _why(change: Change, around: Around, slot: Window) -> Iterator[str]:
    """Say why an offered slot fits; the conflicts are asked again, so that it cannot be untrue."""
    if find_conflicts(change, slot, around):
        raise AssertionError("a slot was offered that has a conflict")
    inside = allowed(change, around, slot.span)
    if inside:
        names = ", ".join(name for name, _times in inside)
        yield _("It lies inside the maintenance windows of {names}.").format(names=names)
    else:
        yield _("No maintenance window is declared for it, so any time outside a freeze will do.")
    around_it = TimeRange(slot.span.start - timedelta(days=7), slot.span.end + timedelta(days=7))
    near = freezes_on(change, around, around_it)
    if near:
        spans = ", ".join(
            f"“{item.window.name}” {clock_span(item.span.start, item.span.end, slot.zone)}"
            for item in near[:2]
        )
        yield _("It keeps clear of the freeze {spans}.").format(spans=spans)
    else:
        yield _("No freeze is within a week of it.")
    yield _("Nobody else works on these or related hosts, and nobody is double-booked.")


def _passed_over(killed: tuple[Killed, ...]) -> Iterator[str]:
    total = sum(item.starts for item in killed)
    if total:
        yield ngettext(
            "{n} earlier start does not fit:", "{n} earlier starts do not fit:", total
        ).format(n=count(total))
        yield from map(_killed_words, killed)


def _nothing(tried: int, within: TimeRange, length: timedelta) -> str:
    days = round(within.duration / timedelta(days=1))
    return _("None of {n} starts in {days} days leaves {length} free.").format(
        n=count(tried), days=days, length=duration(length.total_seconds())
    )


def _killed_words(killed: Killed) -> str:
    words = {
        Reason.FREEZE: _("{n} run into the freeze “{subject}”."),
        Reason.OUTSIDE: _("{n} lie outside the maintenance windows of {subject}."),
        Reason.SAME_HOST: _("{n} collide with {subject} on the same host."),
        Reason.RELATED_HOST: _("{n} collide with {subject} on a related host."),
        Reason.PERSON: _("{n} would double-book a person of {subject}."),
    }
    return words[killed.reason].format(n=count(killed.starts), subject=killed.subject)


def _too_short(
    change: Change, around: Around, within: TimeRange, length: timedelta
) -> Iterator[str]:
    for name, times in allowed(change, around, within):
        longest = max((span.duration for span in times.spans), default=timedelta(0))
        if longest < length:
            yield _("The longest window of {name} lasts {time}: shorten the change, or ask for "
                    "a longer window.").format(
                name=name, time=duration(longest.total_seconds()))  # fmt: skip
