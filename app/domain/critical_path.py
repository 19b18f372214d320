"""The critical path method: when each piece of work can begin, and how long it may wait.

Source: J. E. Kelley and M. R. Walker, "Critical-Path Planning and Scheduling" (1959). Pure
functions over plain mappings; `app.domain.runbook` says what the pieces are.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from heapq import heappop, heappush
from math import hypot

After = Mapping[str, Sequence[str]]
"""For each piece the pieces it comes after; both sides name keys of the same mapping."""
_SAME_S = 1e-6
"""Sums of durations that differ by less are the same; floats are added in different orders."""


class Circular(ValueError):
    """Pieces wait for each other; ``pieces`` names them in the order they wait."""

    def __init__(self, pieces: tuple[str, ...]) -> None:
        super().__init__(" → ".join(pieces))
        self.pieces = pieces


@dataclass(frozen=True, slots=True)
class Room:
    """Where pieces wait for each other: so many of the same name go on at the same time."""

    name: str
    at_once: int


@dataclass(frozen=True, slots=True)
class Slot:
    """When one piece is planned, in seconds from the beginning, and how long it may wait.

    ``slack_s`` is how much later it can begin before the whole ends later: total float.
    """

    start_s: float
    end_s: float
    slack_s: float

    @property
    def is_critical(self) -> bool:
        """Whether any delay of this piece delays the end."""
        return self.slack_s <= _SAME_S


@dataclass(frozen=True, slots=True)
class Timeline:
    """All pieces laid out as early as their dependencies allow.

    ``p90_s`` is the end of the whole in nine of ten runs: along the path the distances between
    median and P90 add as independent ones do, by the root of the sum of squares; where branches
    meet, the one that is later in nine of ten runs counts. It is a lower bound where several
    branches are about equally long.
    """

    slots: Mapping[str, Slot]
    total_s: float
    p90_s: float


def in_order(after: After) -> tuple[str, ...]:
    """Return the pieces so that each stands behind those it waits for, otherwise as given.

    Raises:
        Circular: Some wait for each other.
    """
    left = {piece: set(before) for piece, before in after.items()}
    done: list[str] = []
    while left:
        ready = next((piece for piece, before in left.items() if not before & left.keys()), None)
        if ready is None:
            raise Circular(_circle(after, left.keys() & after.keys()))
        done.append(ready)
        del left[ready]
    return tuple(done)


def _turned_round(after: After) -> tuple[defaultdict[str, list[str]], dict[str, int]]:
    """Return what waits for each piece, and how many pieces each waits for; unknown ones none."""
    behind: defaultdict[str, list[str]] = defaultdict(list)
    unmet = dict.fromkeys(after, 0)
    for piece, before in after.items():
        for other in set(before):
            if other in unmet:
                behind[other].append(piece)
                unmet[piece] += 1
    return behind, unmet


def _circle(after: After, stuck: Set[str]) -> tuple[str, ...]:
    """Walk from a stuck piece to what it waits for until one comes again."""
    path = [min(stuck, key=list(after).index)]
    while True:
        following = next(piece for piece in after[path[-1]] if piece in stuck)
        if following in path:
            return tuple(reversed(path[path.index(following) :]))
        path.append(following)


def queued(
    durations_s: Mapping[str, float], after: After, rooms: Mapping[str, Room]
) -> dict[str, tuple[str, ...]]:
    """Return what each piece waits for when room is short: also for the one whose end makes room.

    Every piece begins as soon as it can; where several could, the one that comes first does.

    Args:
        durations_s: How long each piece takes, in seconds.
        after: What each piece waits for.
        rooms: In which room a piece takes a place; those that take none are left out.

    Raises:
        Circular: Some pieces wait for each other.
    """
    return _Queue(durations_s, after, rooms).play()


class _Queue:
    """Plays pieces through on a clock of its own, and keeps for whose end each has waited."""

    def __init__(
        self, durations_s: Mapping[str, float], after: After, rooms: Mapping[str, Room]
    ) -> None:
        self._durations_s, self._rooms = durations_s, rooms
        self._place = {piece: n for n, piece in enumerate(in_order(after))}
        self._waits = {piece: tuple(before) for piece, before in after.items()}
        self._behind, self._unmet = _turned_round(after)
        self._taken: Counter[str] = Counter()
        self._waiting: defaultdict[str, list[tuple[int, str]]] = defaultdict(list)
        self._ends: list[tuple[float, int, str]] = []

    def play(self) -> dict[str, tuple[str, ...]]:
        """Return what each piece has waited for."""
        for piece in self._place:
            if not self._unmet[piece]:
                self._arrive(piece, 0.0)
        while self._ends:
            now, _place, done = heappop(self._ends)
            self._make_room(done, now)
            for piece in self._behind[done]:
                self._unmet[piece] -= 1
                if not self._unmet[piece]:
                    self._arrive(piece, now)
        return self._waits

    def _arrive(self, piece: str, now: float) -> None:
        """Let a piece begin that waits for no other, or queue where its room is full."""
        room = self._rooms.get(piece)
        if room is not None and self._taken[room.name] >= room.at_once:
            heappush(self._waiting[room.name], (self._place[piece], piece))
            return
        if room is not None:
            self._taken[room.name] += 1
        heappush(self._ends, (now + self._durations_s[piece], self._place[piece], piece))

    def _make_room(self, done: str, now: float) -> None:
        """Give the place of a piece that has ended to the first that waits for one."""
        room = self._rooms.get(done)
        if room is None:
            return
        self._taken[room.name] -= 1
        if self._waiting[room.name]:
            _place, piece = heappop(self._waiting[room.name])
            self._waits[piece] = (*self._waits[piece], done)
            self._arrive(piece, now)


def lay_out(
    durations_s: Mapping[str, float], after: After, p90_s: Mapping[str, float] | None = None
) -> Timeline:
    """Plan every piece as early as possible and find its slack.

    Args:
        durations_s: Median duration of each piece, in seconds, not negative.
        after: What each piece waits for; pieces that wait for nothing have an empty entry.
        p90_s: Duration in nine of ten runs; where it is missing, the median counts.

    Raises:
        Circular: Some pieces wait for each other.
    """
    order = in_order(after)
    slow = p90_s or {}
    starts: dict[str, float] = {}
    ends: dict[str, float] = {}
    late: dict[str, tuple[float, float]] = {}
    for piece in order:
        starts[piece] = max((ends[before] for before in after[piece]), default=0.0)
        ends[piece] = starts[piece] + durations_s[piece]
        least, spread = max((late[before] for before in after[piece]), key=sum, default=(0.0, 0.0))
        more = max(0.0, slow.get(piece, 0.0) - durations_s[piece])
        late[piece] = (least + durations_s[piece], hypot(spread, more))
    total_s = max(ends.values(), default=0.0)
    return Timeline(
        _with_slack(order, after, starts, ends),
        total_s,
        max(map(sum, late.values()), default=0.0),
    )


def longest_chain(laid: Timeline, after: After) -> tuple[str, ...]:
    """Return pieces that follow one another without a gap and end with the whole, first to last."""
    slots = laid.slots
    chain: list[str] = []
    piece = max(slots, key=lambda key: slots[key].end_s, default=None)
    while piece is not None:
        chain.append(piece)
        start_s = slots[piece].start_s
        before = (key for key in after[piece] if abs(slots[key].end_s - start_s) <= _SAME_S)
        piece = next(before, None)
    return tuple(reversed(chain))


def _with_slack(
    order: Sequence[str], after: After, starts: Mapping[str, float], ends: Mapping[str, float]
) -> dict[str, Slot]:
    total_s = max(ends.values(), default=0.0)
    latest_end = dict.fromkeys(order, total_s)
    for piece in reversed(order):
        latest_start = latest_end[piece] - (ends[piece] - starts[piece])
        for before in after[piece]:
            latest_end[before] = min(latest_end[before], latest_start)
    return {
        piece: Slot(starts[piece], ends[piece], max(0.0, latest_end[piece] - ends[piece]))
        for piece in after
    }
