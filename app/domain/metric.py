"""What is measured, in which direction it is worse, and the samples that were read.

numpy is allowed here only, and only for `Series`: everything that is stored is plain.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from app.domain.ids import ChangeId, HostId, SampleSetId
from app.domain.objective import Objective

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


READ_BY_US = "host"
"""The source of what the program reads itself on a host."""


class MetricKind(StrEnum):
    """What a sample is, which decides how samples are put together."""

    GAUGE = "gauge"
    COUNTER = "counter"
    RATIO = "ratio"
    LATENCY = "latency"


class WorseWhen(StrEnum):
    """In which direction the metric gets worse."""

    HIGHER = "higher"
    LOWER = "lower"
    EITHER = "either"


class WindowName(StrEnum):
    """Which side of the change a sample set belongs to."""

    BEFORE = "before"
    AFTER = "after"
    DURING = "during"
    """From the start of the work until the window after begins."""
    REFERENCE = "reference"
    LIVE = "live"
    REPEATED = "repeated"
    """Days after the work, to see whether the gain lasts."""


@dataclass(frozen=True, slots=True)
class Target:
    """The agreed value after the change; ``at_most`` says on which side of it is good."""

    value: float
    at_most: bool = True

    def met_by(self, value: float) -> bool:
        """Whether a value keeps to the target."""
        return value <= self.value if self.at_most else value >= self.value


@dataclass(frozen=True, slots=True)
class Metric:
    """One measure of a change.

    ``margin`` is the relative change that matters (0.05 = 5 %), ``floor`` the absolute one in
    ``unit``; below either, nothing is material. A *key* metric decides the overall verdict. Of a
    *strict* one a move counts only when the whole likely range (95 %) lies beyond the margin.
    """

    id: str
    name: str
    unit: str = ""
    kind: MetricKind = MetricKind.GAUGE
    worse_when: WorseWhen = WorseWhen.HIGHER
    margin: float = 0.05
    floor: float = 0.0
    key: bool = False
    strict: bool = False
    target: Target | None = None
    query: str = ""
    source: str = ""
    host: HostId | None = None
    connection: str = ""
    """Id of the connection that the query is put to, for a source that is another system."""
    control: str = ""
    """Id of a metric of the same change that it did not touch; its own moves are subtracted."""
    load: str = ""
    """Id of a metric of the same change that tells the traffic; it is judged first."""
    objective: Objective | None = None
    """The agreed share of good, whose error budget is looked at beside the level."""
    apdex_t: float | None = None
    """Up to here, in ``unit``, users are satisfied; up to four times it they bear with it."""


@dataclass(frozen=True, slots=True)
class SampleSet:
    """Frozen samples of one metric in one window; the samples lie under ``sha256``."""

    id: SampleSetId
    change: ChangeId
    metric: str
    window: WindowName
    start: datetime
    end: datetime
    n: int
    sha256: str
    source: str = ""
    query: str = ""
    zone: str = "UTC"
    host: HostId | None = None
    failed: int = 0
    """Readings that gave no value; they are counted and never replaced."""
    collected_at: datetime | None = None
    by: str = ""
    tool: str = ""
    unit: str = ""
    step_s: float | None = None
    """How far apart samples usually are; None with fewer than two."""
    labels: tuple[tuple[str, str], ...] = ()
    """What the source says of the series, such as ("instance", "web-1")."""
    clock_offset_s: float | None = None
    """By how much the clock of the host was ahead of ours when it was last compared."""


@dataclass(frozen=True, slots=True)
class Series:
    """Samples in memory: Unix seconds (UTC) and values in the metric's unit; gaps stay gaps."""

    at_s: NDArray[np.float64]
    value: NDArray[np.float64]
