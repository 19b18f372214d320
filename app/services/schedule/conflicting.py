"""Which planned changes have something in the way that nobody has accepted.

The same check as for one change (`app.services.schedule.conflicts`), over all of them in one sweep:
each is shown only those others whose time it touches.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from app.domain.calendar import ScheduleWindow
from app.domain.change import Change
from app.domain.host import Host
from app.services.schedule.conflicts import Around, find_conflicts, unaccepted


@dataclass(frozen=True, slots=True)
class Booked:
    """A planned change and its number."""

    number: int
    change: Change


def conflicting(
    booked: Iterable[Booked], hosts: Iterable[Host], windows: Iterable[ScheduleWindow]
) -> Iterator[int]:
    """Yield the numbers of the changes with a conflict that nobody has accepted, in time order.

    Changes without a window are left out; retired windows do not count.
    """
    known = {host.id: host for host in hosts}
    live = tuple(sorted((w for w in windows if not w.retired), key=lambda w: w.name))
    for item, others in touching(tuple(booked)):
        change = item.change
        near = {*change.hosts, *(host for other in others for host in other.hosts)}
        around = Around(tuple(known[h] for h in sorted(near) if h in known), tuple(others), live)
        if unaccepted(change, find_conflicts(change, change.window, around)):
            yield item.number


def touching(booked: Sequence[Booked]) -> Iterator[tuple[Booked, list[Change]]]:
    """Yield each change with the others whose window shares time with its own; ends may touch.

    One sweep in the order of starts: what ended before a start is dropped for good.
    """
    spanned = [(each, each.change.window.span) for each in booked if each.change.window]
    spanned.sort(key=lambda pair: pair[1].start)
    others: list[list[Change]] = [[] for _each in spanned]
    going: list[int] = []
    for at, (item, span) in enumerate(spanned):
        going = [one for one in going if spanned[one][1].end > span.start]
        for one in going:
            if spanned[one][1].overlaps(span):
                others[at].append(spanned[one][0].change)
                others[one].append(item.change)
        going.append(at)
    for (item, _span), found in zip(spanned, others, strict=True):
        yield item, found
