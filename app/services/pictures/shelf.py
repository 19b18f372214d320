"""Everything that was kept of one metric of a change, read when it is asked for."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np

from app.analysis.clean import Samples, samples_of
from app.analysis.windows import Layout, instant
from app.domain.change import Change
from app.domain.metric import Metric, SampleSet, Series, WindowName
from app.domain.verdict import Comparison, ReferenceDay

Read = Callable[[SampleSet], Series | None]
"""Returns frozen samples; None where they are not at hand."""
Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Shelf:
    """One metric of a change: its sample sets, the verdict if there is one, and the samples."""

    change: Change
    metric: Metric
    sets: tuple[SampleSet, ...]
    """Oldest first."""
    found: Comparison | None
    read: Read
    zone: str = "UTC"

    @classmethod
    def of(
        cls,
        change: Change,
        metric: Metric,
        sets: Sequence[SampleSet],
        found: Comparison | None,
        read: Read,
        *,
        zone: str = "UTC",
    ) -> "Shelf":
        """Put together what belongs to a metric; ``zone`` counts where the change has no window."""
        mine = sorted((item for item in sets if item.metric == metric.id), key=lambda s: s.id)
        zone = change.window.zone if change.window else zone
        return cls(change, metric, tuple(mine), found, read, zone)

    def newest(self, window: WindowName) -> SampleSet | None:
        """Return the sample set of a window that counts: the newest."""
        fitting = [item for item in self.sets if item.window is window]
        return fitting[-1] if fitting else None

    def series(self, window: WindowName) -> Series | None:
        """Return the samples of a window; earlier days and repeated ones from all their sets."""
        if window not in (WindowName.REFERENCE, WindowName.REPEATED):
            newest = self.newest(window)
            return None if newest is None else self.read(newest)
        return joined([self.read(item) for item in self.sets if item.window is window])

    @property
    def samples(self) -> Samples:
        """Return all that a comparison may look at, put in order."""
        windows = (WindowName.REFERENCE, WindowName.BEFORE, WindowName.DURING, WindowName.AFTER)
        every = joined([self.series(window) for window in windows])
        nothing = Series(np.empty(0), np.empty(0))
        return samples_of(nothing if every is None else every, self.metric.kind)

    @property
    def before_window(self) -> Span | None:
        """The window before as it was compared, else that of the samples."""
        return self._window(WindowName.BEFORE)

    @property
    def after_window(self) -> Span | None:
        """The window after as it was compared, else that of the samples."""
        return self._window(WindowName.AFTER)

    @property
    def layout(self) -> Layout | None:
        """Return where the compared windows lie; None before a comparison."""
        before, after = self.before_window, self.after_window
        if self.found is None or before is None or after is None:
            return None
        return Layout.of_windows(before, after, self.found.parameters)

    @property
    def work(self) -> Span:
        """From the start of the work to its end, or what lies between the samples."""
        change = self.change
        before, after = self.newest(WindowName.BEFORE), self.newest(WindowName.AFTER)
        start = change.work_start or (before.end if before else after.start if after else None)
        end = change.work_end or (after.start if after else start)
        if start is None or end is None:
            raise ValueError("a chart needs samples or a start")
        return start.timestamp(), max(start, end).timestamp()

    def day_windows(self, day: ReferenceDay) -> tuple[Span, Span] | None:
        """Return both windows of an earlier day; None where they cannot be laid there."""
        layout = self.layout
        if layout is None:
            return None
        first = instant(layout.before.start_s).astimezone(ZoneInfo(layout.parameters.zone)).date()
        back = (first - day.day).days
        slots = [layout.earlier(slot, back) for slot in (layout.before, layout.after)]
        if slots[0] is None or slots[1] is None:
            return None
        before, after = slots[0], slots[1]
        return (before.start_s, before.end_s), (after.start_s, after.end_s)

    def _window(self, name: WindowName) -> Span | None:
        found = self.found
        if found is not None:
            facts = found.window_before if name is WindowName.BEFORE else found.window_after
            if facts is not None and facts.start < facts.end:
                return facts.start.timestamp(), facts.end.timestamp()
        kept = self.newest(name)
        return None if kept is None else (kept.start.timestamp(), kept.end.timestamp())


def joined(parts: Sequence[Series | None]) -> Series | None:
    """Return several series as one in order of time, each instant once; None without any."""
    known = [part for part in parts if part is not None and part.at_s.size]
    if not known:
        return None
    at_s, first = np.unique(np.concatenate([part.at_s for part in known]), return_index=True)
    return Series(at_s, np.concatenate([part.value for part in known])[first])
