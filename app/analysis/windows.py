"""Which stretches of time are compared: before, after, and the same hours on earlier days.

Everything is in Unix seconds. "The same hours" are the same hours on the wall clock of the zone, so
that a change of the clocks does not shift a daily rhythm by an hour.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate
from zoneinfo import ZoneInfo

from app.domain.verdict import Parameters
from app.i18n import _

DAILY_BACK = 14
"""Days searched for days of the same type."""
WEEKLY_BACK = 56
"""Days searched for the same weekday, when the first search found too few."""
_DAY_S = 86400.0
_SECOND, _AROUND = timedelta(seconds=1), timedelta(hours=3)
_SAME_S = 1e-3
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Slot:
    """One window as spans laid end to end: one, or two where the clocks change inside.

    An earlier day on which the clocks were changed in these hours lacks the hour that was skipped,
    and one that came twice is left out: its spans lie ``places_s`` seconds from the beginning of
    the window, which is ``nominal_s`` long on the wall.
    """

    spans: tuple[tuple[float, float], ...]
    places_s: tuple[float, ...] = ()
    nominal_s: float = 0.0

    @property
    def start_s(self) -> float:
        """Where it begins."""
        return self.spans[0][0]

    @property
    def end_s(self) -> float:
        """Where it ends; this instant is no longer part of it."""
        return self.spans[-1][1]

    @property
    def length_s(self) -> float:
        """How much time it holds, on the wall where an hour of it was skipped or came twice."""
        return self.nominal_s or sum(end - start for start, end in self.spans)

    @property
    def lacks_an_hour(self) -> bool:
        """Whether the clocks were changed in it, so that some of it is left out."""
        return bool(self.places_s)

    @property
    def laid(self) -> tuple[tuple[float, float, float], ...]:
        """Each span with its place in the window, in seconds from its beginning."""
        if self.places_s:
            pairs = zip(self.places_s, self.spans, strict=True)
            return tuple((at, start, end) for at, (start, end) in pairs)
        lengths = accumulate((end - start for start, end in self.spans), initial=0.0)
        return tuple(
            (at, start, end) for at, (start, end) in zip(lengths, self.spans, strict=False)
        )


@dataclass(frozen=True, slots=True)
class Blocked:
    """A stretch that must not serve as a reference, and why: another change, an incident."""

    start_s: float
    end_s: float
    why: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """An earlier day that could serve as a reference; ``why`` says why it cannot."""

    day: date
    before: Slot
    after: Slot
    back: int
    """How many days earlier."""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Layout:
    """The two windows of a change and where to look for the same hours earlier.

    ``start_s`` is the start of the change: no reference reaches beyond it.
    """

    start_s: float
    before: Slot
    after: Slot
    parameters: Parameters
    blocked: tuple[Blocked, ...] = ()

    @classmethod
    def around(
        cls,
        start_s: float,
        end_s: float,
        parameters: Parameters,
        blocked: tuple[Blocked, ...] = (),
    ) -> "Layout":
        """Lay the windows around a change: up to its start, and from its end and the pause on."""
        zone = ZoneInfo(parameters.zone)
        begin_s = end_s + parameters.settle_used_s
        before = _split(start_s - parameters.window_s, start_s, zone)
        after = _split(begin_s, begin_s + parameters.window_s, zone)
        return cls(start_s, before, after, parameters, blocked)

    @classmethod
    def of_windows(
        cls, before: tuple[float, float], after: tuple[float, float], parameters: Parameters
    ) -> "Layout":
        """Lay the windows as they were compared; the change begins where the first one ends."""
        zone = ZoneInfo(parameters.zone)
        return cls(before[1], _split(*before, zone), _split(*after, zone), parameters)

    @property
    def whole(self) -> Slot:
        """Both windows with everything between them."""
        return _split(self.before.start_s, self.after.end_s, self._zone)

    @property
    def reach(self) -> tuple[float, float]:
        """Between which times samples can matter: both windows, and the weeks searched for days."""
        return self.before.start_s - (WEEKLY_BACK + 1) * _DAY_S, self.after.end_s

    def earlier(self, slot: Slot, days: int) -> Slot | None:
        """Return the same wall-clock hours some days earlier; None where nothing is left of them.

        An hour that was skipped on that day, or came twice, is left out.
        """
        return _moved(slot, days, self._zone)

    @property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.parameters.zone)

    def daily(self, *, any_type: bool = False) -> Iterator[Candidate]:
        """Yield the days of the last two weeks that are of the same type, the nearest first."""
        yield from self._candidates(range(1, DAILY_BACK + 1), any_type=any_type)

    def weekly(self) -> Iterator[Candidate]:
        """Yield the same weekday in the weeks before those."""
        yield from self._candidates(range(DAILY_BACK + 7, WEEKLY_BACK + 1, 7))

    def _candidates(
        self, days_back: Sequence[int], *, any_type: bool = False
    ) -> Iterator[Candidate]:
        before, after = self.before, self.after
        for back in days_back:
            then = _moved(before, back, self._zone), _moved(after, back, self._zone)
            day = _wall(before.start_s, self._zone).date() - timedelta(days=back)
            if then[0] is None or then[1] is None:
                yield Candidate(day, before, after, back, clocks_changed())
            elif then[1].end_s > self.start_s:
                continue  # reaches into the change itself
            elif any_type or self._types(before, after) == self._types(then[0], then[1]):
                yield Candidate(day, then[0], then[1], back, self._hindrance(then[0], then[1]))

    def _hindrance(self, before: Slot, after: Slot) -> str:
        """Return why a day cannot serve; what happened between its windows counts as well."""
        return next(
            (
                block.why
                for block in self.blocked
                if block.start_s < after.end_s and before.start_s < block.end_s
            ),
            "",
        )

    def _types(self, *slots: Slot) -> tuple[bool, ...]:
        """Whether each end of each window falls on a weekend."""
        ends = (at_s for slot in slots for at_s in (slot.start_s, slot.end_s - 1e-3))
        return tuple(_wall(at_s, self._zone).weekday() in self.parameters.weekend for at_s in ends)


def clocks_changed() -> str:
    """Say why a day cannot serve of which too little is left without the hour of the change."""
    return _("the clocks were changed in these hours")


def instant(at_s: float) -> datetime:
    """Return Unix seconds as an instant in UTC; before 1970 too, on every system."""
    return _EPOCH + timedelta(seconds=at_s)


def _wall(at_s: float, zone: ZoneInfo) -> datetime:
    return instant(at_s).astimezone(zone)


def _split(start_s: float, end_s: float, zone: ZoneInfo) -> Slot:
    """Return a window, cut where the clocks change."""
    first, last = _wall(start_s, zone), _wall(end_s - 1e-3, zone)
    if first.utcoffset() == last.utcoffset():
        return Slot(((start_s, end_s),))
    cut_s = _turn(first.astimezone(UTC), last.astimezone(UTC), zone).timestamp()
    return Slot(((start_s, cut_s), (cut_s, end_s)))


def _turn(low: datetime, high: datetime, zone: ZoneInfo) -> datetime:
    """Return when the clocks were changed between two instants, to the second."""
    before = _offset(low, zone)
    while high - low > _SECOND:
        middle = low + (high - low) / 2
        low, high = (middle, high) if _offset(middle, zone) == before else (low, middle)
    return instant(float((high - _EPOCH) // _SECOND))  # clocks change at whole seconds


def _moved(slot: Slot, days: int, zone: ZoneInfo) -> Slot | None:
    """Return the same wall-clock hours some days earlier; None where nothing is left of them."""
    spans, places, begun_s = [], [], 0.0
    for start_s, end_s in slot.spans:
        wall = _wall(start_s, zone).replace(tzinfo=None, fold=0) - timedelta(days=days)
        for at_s, span in _pieces(wall, end_s - start_s, zone):
            spans.append(span)
            places.append(begun_s + at_s)
        begun_s += end_s - start_s
    if not spans:
        return None
    left_s = sum(end_s - start_s for start_s, end_s in spans)
    if begun_s - left_s < _SAME_S:
        return Slot(tuple(spans))
    return Slot(tuple(spans), tuple(places), begun_s)


def _pieces(
    wall: datetime, length_s: float, zone: ZoneInfo
) -> Iterator[tuple[float, tuple[float, float]]]:
    """Yield what there is of some hours on the wall: where it lies in them, and when it was.

    An hour that the clocks skipped was not there; one that came twice cannot be told apart.
    """
    until = wall + timedelta(seconds=length_s)
    low, high = ((at + side).replace(tzinfo=zone).astimezone(UTC)
                 for at, side in ((wall, -_AROUND), (until, _AROUND)))  # fmt: skip
    old, new = (_offset(at, zone) for at in (low, high))
    if old == new:
        begin_s = (wall - old).replace(tzinfo=UTC).timestamp()
        yield 0.0, (begin_s, begin_s + length_s)
        return
    turn = _turn(low, high, zone).replace(tzinfo=None)
    last_old, first_new = min(turn + old, turn + new), max(turn + old, turn + new)
    for first, last, offset in (
        (wall, min(until, last_old), old), (max(wall, first_new), until, new)
    ):  # fmt: skip
        if first < last:
            ends = ((at - offset).replace(tzinfo=UTC).timestamp() for at in (first, last))
            yield (first - wall).total_seconds(), (next(ends), next(ends))


def _offset(at: datetime, zone: ZoneInfo) -> timedelta:
    return at.astimezone(zone).utcoffset() or timedelta()
