"""What the samples of a load test say: counts, means, exact percentiles, rates, per label.

A tally holds one count per label and distinct duration, so that a run of any length needs little
memory and the percentiles are still those of all samples.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from app.domain.load_summary import LabelSummary

TOTAL = "Total"
"""The name of the row for all samples together."""
JMETER_WINDOW = 20_000
PERCENTILES = (50.0, 90.0, 95.0, 99.0)
_SHIFT = 40
"""Bits of a duration in microseconds; 12 days."""
LONGEST_US = (1 << _SHIFT) - 1
"""The longest duration that is counted; readers reject longer ones."""
_COMPACT_FROM = 1 << 20
_MOST_PLACES = 1 << 17
_EVERYTHING = -1

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Batch:
    """Some samples: start (-1: not known) and duration in microseconds, label, outcome.

    ``parent`` marks transaction controllers, whose samples are counted by themselves.
    """

    at_us: Ints
    took_us: Ints
    label: Ints
    ok: Flags
    parent: Flags

    def __len__(self) -> int:
        return len(self.at_us)

    def rows(self, chosen: Flags) -> "Batch":
        """Return some of the samples."""
        if chosen.all():
            return self
        at_us, took_us, label = (each[chosen] for each in (self.at_us, self.took_us, self.label))
        return Batch(at_us, took_us, label, self.ok[chosen], self.parent[chosen])


def percentile(percent: float, n: int, ranked_us: Callable[[int], np.int64]) -> float:
    """Return a percentile in milliseconds as JMeter's dashboard does.

    Position p·(n+1) among the sorted samples, interpolated; the smallest or largest where it falls
    outside (Apache Commons Math, ``Percentile``, estimation type LEGACY).

    Args:
        percent: Which one, such as 95.
        n: How many samples there are.
        ranked_us: Gives the sample of a rank, 1 being the smallest, in microseconds.
    """
    position = percent / 100.0 * (n + 1)
    if position < 1:
        return float(ranked_us(1)) / 1000.0
    if position >= n:
        return float(ranked_us(n)) / 1000.0
    below = int(position)
    lower, upper = (float(ranked_us(rank)) / 1000.0 for rank in (below, below + 1))
    return lower + (position - below) * (upper - lower)


def percentile_of(sorted_us: Ints, percent: float) -> float:
    """Return a percentile of sorted samples; see `percentile`."""
    return percentile(percent, len(sorted_us), lambda rank: sorted_us[rank - 1])


@dataclass(frozen=True, slots=True)
class Histogram:
    """How often each duration occurred: distinct values in microseconds, ascending."""

    value_us: Ints
    count: Ints

    @property
    def n(self) -> int:
        """How many samples there are."""
        return int(self.count.sum())

    def percentile_ms(self, percent: float) -> float:
        """Return a percentile; see `percentile`."""
        place = np.cumsum(self.count)
        return percentile(
            percent, self.n, lambda rank: self.value_us[int(np.searchsorted(place, rank))]
        )

    @classmethod
    def merged(cls, several: Sequence["Histogram"]) -> "Histogram":
        """Put several together."""
        if len(several) == 1:
            return several[0]
        if not several:
            return cls(np.empty(0, np.int64), np.empty(0, np.int64))
        value, count = (
            np.concatenate([getattr(each, name) for each in several])
            for name in ("value_us", "count")
        )
        distinct, place = np.unique(value, return_inverse=True)
        total = np.bincount(place, count, minlength=len(distinct))
        return cls(distinct, np.rint(total).astype(np.int64))


@dataclass(slots=True)
class _Counts:
    """Growing columns, one row per label and kind (sample or controller)."""

    samples: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    errors: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    first_us: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    last_us: Ints = field(default_factory=lambda: np.zeros(0, np.int64))

    def grow(self, size: int) -> None:
        more = size - len(self.samples)
        if more > 0:
            zeros = np.zeros(more, np.int64)
            self.samples = np.concatenate((self.samples, zeros))
            self.errors = np.concatenate((self.errors, zeros))
            self.first_us = np.concatenate((self.first_us, zeros + np.iinfo(np.int64).max))
            self.last_us = np.concatenate((self.last_us, zeros - 1))


class LastSamples:
    """Keeps the last durations of every label, and of all samples that are no controllers.

    JMeter's dashboard takes its percentiles from these alone (``jmeter.reportgenerator.
    statistic_window``, 20 000), so that a long run shows how it ended.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._kept: dict[int, Ints] = {}

    def add(self, batch: Batch) -> None:
        """Take over a batch."""
        for label in np.unique(batch.label).tolist():
            self._keep(label, batch.took_us[batch.label == label])
        self._keep(_EVERYTHING, batch.took_us[~batch.parent])

    def _keep(self, label: int, took_us: Ints) -> None:
        before = self._kept.get(label)
        both = took_us if before is None else np.concatenate((before, took_us))
        self._kept[label] = both[-self._size :]

    def spread(self, label: int | None) -> "Histogram":
        """Return the kept durations of a label, or of all."""
        kept = self._kept[_EVERYTHING if label is None else label]
        value, count = np.unique(kept, return_counts=True)
        return Histogram(value, count)


class Spreads:
    """Counts how often each duration occurred in each of many groups, as samples come."""

    def __init__(self) -> None:
        self._keys: Ints = np.empty(0, np.int64)
        self._times: Ints = np.empty(0, np.int64)
        self._fresh: list[tuple[Ints, Ints]] = []
        self._waiting = 0

    def add(self, group: Ints, took_us: Ints) -> None:
        """Count samples; ``group`` is a number from zero to about eight millions."""
        distinct, times = _counted(group, np.minimum(took_us, LONGEST_US))
        self._fresh.append((distinct, times))
        self._waiting += len(distinct)
        if self._waiting > max(_COMPACT_FROM, len(self._keys)):
            self._compact()

    def of(self, groups: Iterable[int]) -> Histogram:
        """Return the durations of some groups together."""
        self._compact()
        parts = []
        for group in groups:
            first, last = np.searchsorted(self._keys, (group << _SHIFT, (group + 1) << _SHIFT))
            if last > first:
                value = self._keys[first:last] & LONGEST_US
                parts.append(Histogram(value, self._times[first:last]))
        return Histogram.merged(parts)

    def _compact(self) -> None:
        if not self._fresh:
            return
        keys = np.concatenate([self._keys, *(each[0] for each in self._fresh)])
        times = np.concatenate([self._times, *(each[1] for each in self._fresh)])
        self._keys, place = np.unique(keys, return_inverse=True)
        self._times = np.rint(np.bincount(place, times, len(self._keys))).astype(np.int64)
        self._fresh, self._waiting = [], 0


def _counted(group: Ints, took_us: Ints) -> tuple[Ints, Ints]:
    """Return the distinct keys of `Spreads`, ascending, and how often each occurs.

    Whole milliseconds, if none is long, are counted in a table: a fifth of the time of sorting.
    """
    took_ms = took_us // 1000
    width = int(took_ms.max(initial=0)) + 1
    places = width * (int(group.max(initial=0)) + 1)
    if places > min(_MOST_PLACES, 8 * len(group)) or (took_ms * 1000 != took_us).any():
        return np.unique((group << _SHIFT) | took_us, return_counts=True)
    times = np.bincount(group * width + took_ms)
    place = np.flatnonzero(times)
    return (place // width << _SHIFT) | (place % width * 1000), times[place]


class Tally:
    """Counts samples as they come; add batches, then ask for summaries.

    Args:
        window: Percentiles only of this many last samples of a label; of all samples otherwise.
    """

    def __init__(self, window: int | None = None) -> None:
        self._last = LastSamples(window) if window else None
        self._counts = _Counts()
        self._spreads = Spreads()

    def add(self, batch: Batch) -> None:
        """Count a batch."""
        if not len(batch):
            return
        if self._last:
            self._last.add(batch)
        at_us, took_us, ok = batch.at_us, batch.took_us, batch.ok
        group = batch.label * 2 + batch.parent
        size = int(group.max()) + 1
        self._counts.grow(size)
        counts = self._counts
        counts.samples[:size] += np.bincount(group, minlength=size)
        counts.errors[:size] += np.bincount(group[~ok], minlength=size)
        known = at_us >= 0
        whole = bool(known.all())
        at, took, who = (each if whole else each[known] for each in (at_us, took_us, group))
        np.minimum.at(counts.first_us, who, at)
        np.maximum.at(counts.last_us, who, at + took)
        self._spreads.add(group, took_us)

    @property
    def samples(self) -> int:
        """How many were counted, transaction controllers too."""
        return int(self._counts.samples.sum())

    @property
    def span_us(self) -> tuple[int, int] | None:
        """First start and last end of all; None without times."""
        return _span(self._counts, np.arange(len(self._counts.samples)))

    @property
    def only_parents(self) -> bool:
        """Whether there are transaction controllers and nothing else."""
        return not self._counts.samples[0::2].any() and bool(self._counts.samples[1::2].any())

    def total(self) -> LabelSummary:
        """Return all samples together, without the controllers that would count them twice."""
        of_interest = 1 if self.only_parents else 0
        return self._summary(None, np.arange(of_interest, len(self._counts.samples), 2))

    def labels(self, names: Sequence[str]) -> tuple[LabelSummary, ...]:
        """Return one summary per label, in order of appearance."""
        found = []
        for number, name in enumerate(names):
            groups = np.array([2 * number, 2 * number + 1])
            groups = groups[groups < len(self._counts.samples)]
            if self._counts.samples[groups].any():
                found.append(self._summary(name, groups))
        return tuple(found)

    def _summary(self, name: str | None, groups: Ints) -> LabelSummary:
        samples = int(self._counts.samples[groups].sum())
        if not samples:
            return LabelSummary(TOTAL if name is None else name, 0, 0)
        spread = self._spreads.of(groups.tolist())
        total_us = int((spread.value_us * spread.count).sum())
        ranked = spread
        if self._last and not self.only_parents:
            ranked = self._last.spread(None if name is None else int(groups[0]) // 2)
        p50, p90, p95, p99 = (ranked.percentile_ms(each) for each in PERCENTILES)
        return LabelSummary(
            TOTAL if name is None else name,
            samples,
            int(self._counts.errors[groups].sum()),
            mean_ms=total_us / samples / 1000,
            min_ms=float(spread.value_us[0]) / 1000,
            max_ms=float(spread.value_us[-1]) / 1000,
            p50_ms=p50,
            p90_ms=p90,
            p95_ms=p95,
            p99_ms=p99,
            rate_per_s=_rate(samples, _span(self._counts, groups)),
            is_parent=bool((groups % 2)[self._counts.samples[groups] > 0].all()),
        )


def _span(counts: _Counts, groups: Ints) -> tuple[int, int] | None:
    seen = groups[counts.last_us[groups] >= 0]
    if not len(seen):
        return None
    return int(counts.first_us[seen].min()), int(counts.last_us[seen].max())


def _rate(samples: int, span_us: tuple[int, int] | None) -> float | None:
    """Return samples per second from the first start to the last end, as JMeter does."""
    if span_us is None or span_us[1] <= span_us[0]:
        return None
    return samples / ((span_us[1] - span_us[0]) / 1000) * 1000
