"""Work on many hosts: in batches, so long as few enough fail; what stops waits for a person."""

import math
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from app.domain.ids import HostId

_ENTRY = re.compile(r"(?P<n>[0-9]{1,6})(?P<percent>\s*%)?")
REST = "rest"
AT_ONCE = 5
"""How many hosts are worked on at the same time where something is changed, unless told."""
MOST_AT_ONCE = 50
"""More than so many nobody can follow, and one computer hardly serves."""


class NotAPlan(ValueError):
    """A text that is no list of batches, or no limit; ``entry`` is the part that is none."""

    def __init__(self, entry: str) -> None:
        super().__init__(entry)
        self.entry = entry


@dataclass(frozen=True, slots=True)
class Share:
    """A number of hosts, or so many percent of them."""

    n: int
    percent: bool = False

    def of(self, total: int) -> int:
        """How many hosts it means at most, rounded down."""
        return min(total, self.n * total // 100 if self.percent else self.n)

    def at_least_one_of(self, total: int) -> int:
        """How many hosts it means as the size of a batch: rounded up, and never none."""
        size = math.ceil(self.n * total / 100) if self.percent else self.n
        return max(1, min(total, size))

    def __str__(self) -> str:
        return f"{self.n} %" if self.percent else str(self.n)


def read_share(text: str) -> Share:
    """Read ``3`` or ``10%``; raises NotAPlan."""
    found = _ENTRY.fullmatch(text.strip())
    if found is None or (found["percent"] and int(found["n"]) > 100):
        raise NotAPlan(text.strip())
    return Share(int(found["n"]), found["percent"] is not None)


@dataclass(frozen=True, slots=True)
class Batches:
    """Sizes of batches, the last one for as long as hosts are left; none means all at once."""

    sizes: tuple[Share, ...] = ()

    def split(self, hosts: Iterable[HostId]) -> tuple[tuple[HostId, ...], ...]:
        """Lay hosts out in batches, in their order; percents are of all hosts."""
        left = tuple(hosts)
        total, found = len(left), []
        sizes = iter(self.sizes)
        size = next(sizes, Share(100, percent=True))
        while left:
            n = size.at_least_one_of(total)
            found.append(left[:n])
            left = left[n:]
            size = next(sizes, size)
        return tuple(found)


def read_batches(text: str) -> Batches:
    """Read a list such as ``1, 10%, 50%, rest``; an empty text means all hosts at once.

    ``rest`` stands last. A list that ends without it repeats its last size.

    Raises:
        NotAPlan: An entry is neither a number above 0 nor a percentage, or stands behind ``rest``.
    """
    words = [word.strip().lower() for word in text.split(",")] if text.strip() else []
    sizes = []
    for place, word in enumerate(words):
        if word == REST:
            if place != len(words) - 1:
                raise NotAPlan(words[place + 1])
            sizes.append(Share(100, percent=True))
            continue
        share = read_share(word)
        if share.n == 0:
            raise NotAPlan(word)
        sizes.append(share)
    return Batches(tuple(sizes))


class Part(StrEnum):
    """Where the work on one host stands."""

    WAITING = "waiting"
    GOING = "going"
    DONE = "done"
    FAILED = "failed"
    UNREACHABLE = "unreachable"
    """Nothing was sent: the host could not be reached, or refused the login."""
    UNKNOWN = "unknown"
    """Something was sent, and nobody knows how it ended."""
    STOPPED = "stopped"
    LEFT_OUT = "left_out"

    @property
    def is_over(self) -> bool:
        """Whether nothing more happens on the host by itself."""
        return self not in (Part.WAITING, Part.GOING)

    @property
    def is_bad(self) -> bool:
        """Whether it counts as failed; an unknown end is no success."""
        return self in (Part.FAILED, Part.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How many hosts may fail, or not be reached, before a person is asked; None is no limit."""

    fail_batch: Share | None = Share(0)
    fail_total: Share | None = Share(0)
    unreachable_batch: Share | None = None
    unreachable_total: Share | None = Share(0)


NO_LIMIT = Tolerance(None, None, None, None)


@dataclass(frozen=True, slots=True)
class FleetPlace:
    """Where a step stands among those that repeat one command on many hosts."""

    fleet: str
    """The id of the step that was repeated; all of them name it."""
    batch: int
    tolerance: Tolerance = Tolerance()
    at_once: int = AT_ONCE
    """How many hosts of the batch are worked on at the same time."""


class Cause(StrEnum):
    """Which limit was passed."""

    FAIL_BATCH = "fail_batch"
    FAIL_TOTAL = "fail_total"
    UNREACHABLE_BATCH = "unreachable_batch"
    UNREACHABLE_TOTAL = "unreachable_total"


@dataclass(frozen=True, slots=True)
class HostPart:
    """One host of a fan-out."""

    host: HostId
    batch: int
    state: Part = Part.WAITING
    text: str = ""
    """One sentence: how it ended, or why not."""
    excused: bool = False
    """Whether a person has gone on in spite of it, so that it counts against no limit any more."""


@dataclass(frozen=True, slots=True)
class FanOut:
    """All hosts, where each stands, and whether more may begin."""

    parts: tuple[HostPart, ...]
    tolerance: Tolerance = Tolerance()

    @property
    def batches(self) -> int:
        """How many batches there are."""
        return max((part.batch for part in self.parts), default=-1) + 1

    @property
    def batch(self) -> int:
        """The first batch in which a host is not over; the number of batches when all are."""
        return min((p.batch for p in self.parts if not p.state.is_over), default=self.batches)

    @property
    def is_over(self) -> bool:
        """Whether nothing is left to do."""
        return all(part.state.is_over for part in self.parts)

    @property
    def succeeded(self) -> bool:
        """Whether every host is done."""
        return all(part.state is Part.DONE for part in self.parts)

    def count(self, state: Part) -> int:
        """How many hosts stand there."""
        return sum(part.state is state for part in self.parts)

    @property
    def causes(self) -> tuple[Cause, ...]:
        """The limits that are passed; while there is one nothing more begins."""
        return tuple(self._passed())

    @property
    def is_paused(self) -> bool:
        """Whether a person must decide: a limit is passed, nothing goes on, and hosts wait."""
        waits = any(part.state is Part.WAITING for part in self.parts)
        return waits and not self.count(Part.GOING) and bool(self.causes)

    @property
    def ready(self) -> tuple[HostId, ...]:
        """The hosts that may begin now; all of one batch, none while a limit is passed."""
        if self.causes:
            return ()
        now = self.batch
        return tuple(p.host for p in self.parts if p.batch == now and p.state is Part.WAITING)

    def part(self, host: HostId) -> HostPart:
        """Return one host; raises KeyError."""
        return self.parts[self._place(host)]

    def moved(self, host: HostId, state: Part, text: str = "") -> "FanOut":
        """Return this with one host in another state."""
        place = self._place(host)
        changed = replace(self.parts[place], state=state, text=text)
        return replace(self, parts=(*self.parts[:place], changed, *self.parts[place + 1 :]))

    def gone_on(self) -> "FanOut":
        """Go on with the rest: what has failed so far counts against no limit any more."""

        def excuse(part: HostPart) -> HostPart:
            ended_badly = part.state.is_over and part.state is not Part.DONE
            return replace(part, excused=True) if ended_badly else part

        return self._each(excuse)

    def retried(self) -> "FanOut":
        """Let what failed or was not reached wait again; an unknown end is never repeated."""
        again = (Part.FAILED, Part.UNREACHABLE, Part.STOPPED)
        return self._each(lambda p: HostPart(p.host, p.batch) if p.state in again else p)

    def given_up(self, text: str = "") -> "FanOut":
        """Leave out what still waits."""
        return self._each(
            lambda p: replace(p, state=Part.LEFT_OUT, text=text) if p.state is Part.WAITING else p
        )

    def _place(self, host: HostId) -> int:
        for place, part in enumerate(self.parts):
            if part.host == host:
                return place
        raise KeyError(host)

    def _each(self, change: Callable[[HostPart], HostPart]) -> "FanOut":
        return replace(self, parts=tuple(change(part) for part in self.parts))

    def _passed(self) -> Iterator[Cause]:
        tolerance = self.tolerance
        counted = [p for p in self.parts if not p.excused]
        bad = [p for p in counted if p.state.is_bad]
        missed = [p for p in counted if p.state is Part.UNREACHABLE]
        limits = (
            (Cause.FAIL_TOTAL, tolerance.fail_total, bad),
            (Cause.UNREACHABLE_TOTAL, tolerance.unreachable_total, missed),
        )
        for cause, limit, found in limits:
            if limit is not None and len(found) > limit.of(len(self.parts)):
                yield cause
        for cause, limit, found in (
            (Cause.FAIL_BATCH, tolerance.fail_batch, bad),
            (Cause.UNREACHABLE_BATCH, tolerance.unreachable_batch, missed),
        ):
            if limit is not None and self._any_batch_over(limit, found):
                yield cause

    def _any_batch_over(self, limit: Share, found: list[HostPart]) -> bool:
        sizes, counts = [0] * self.batches, [0] * self.batches
        for part in self.parts:
            sizes[part.batch] += 1
        for part in found:
            counts[part.batch] += 1
        return any(n > limit.of(size) for n, size in zip(counts, sizes, strict=True))


def plan_fan_out(
    hosts: Iterable[HostId], batches: Batches = Batches(), tolerance: Tolerance = Tolerance()
) -> FanOut:
    """Lay work on hosts out; a host that is named twice has one part."""
    split = batches.split(dict.fromkeys(hosts))
    parts = (HostPart(host, number) for number, batch in enumerate(split) for host in batch)
    return FanOut(tuple(parts), tolerance)
