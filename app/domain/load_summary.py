"""What one file of a load test holds: the total, every label, and what could not be read.

Plain records; times in milliseconds as the tools give them, instants in UTC. They stand apart from
what runs are compared by, which takes longer to load than a short file to be read.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.i18n import _, later


class LoadTestFormat(StrEnum):
    """Whose file it is."""

    JMETER_CSV = "jmeter_csv"
    JMETER_XML = "jmeter_xml"
    K6_CSV = "k6_csv"
    GATLING_LOG = "gatling_log"
    LOCUST_STATS = "locust_stats"
    LOADRUNNER_REPORT = "loadrunner_report"
    LOADRUNNER_HTML = "loadrunner_html"
    LOADRUNNER_MDB = "loadrunner_mdb"

    @property
    def words(self) -> str:
        """The format as people call it."""
        return _(_FORMATS[self.value])


_FORMATS = {
    "jmeter_csv": later("JMeter results (CSV)"),
    "jmeter_xml": later("JMeter results (XML)"),
    "k6_csv": later("k6 results (CSV)"),
    "gatling_log": later("Gatling simulation log"),
    "locust_stats": later("Locust statistics (CSV)"),
    "loadrunner_report": later("LoadRunner RunReport.xml"),
    "loadrunner_html": later("LoadRunner Analysis report (HTML)"),
    "loadrunner_mdb": later("LoadRunner Analysis database (MDB)"),
}


class Percentiles(StrEnum):
    """How the percentiles of a summary came about."""

    JMETER = "jmeter"
    JMETER_ALL = "jmeter_all"
    JMETER_WINDOW = "jmeter_window"
    AS_WRITTEN = "as_written"

    @property
    def words(self) -> str:
        """The definition in a sentence."""
        return _(_PERCENTILES[self.value])


_PERCENTILES = {
    "jmeter": later(
        "Percentiles as in JMeter's statistics.json: over all samples of a label, interpolated at "
        "position p·(n+1)."
    ),
    "jmeter_all": later(
        "Percentiles as in JMeter's statistics.json (interpolated at position p·(n+1)), over all "
        "samples of a label. JMeter's own dashboard takes only the last 20 000 of each label."
    ),
    "jmeter_window": later(
        "Percentiles as JMeter's dashboard shows them: over the last samples of a label only, "
        "interpolated at position p·(n+1)."
    ),
    "as_written": later(
        "Percentiles as the tool wrote them; the file holds totals, not single samples."
    ),
}


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """One row that could not be read, where it stands, and why."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class LabelSummary:
    """What one label measured; None where the file does not tell.

    ``is_parent`` marks a transaction controller: its time is the sum of samples that are counted
    under their own labels, so that it counts in no total.
    """

    label: str
    samples: int
    errors: int
    mean_ms: float | None = None
    min_ms: float | None = None
    max_ms: float | None = None
    p50_ms: float | None = None
    p90_ms: float | None = None
    p95_ms: float | None = None
    p99_ms: float | None = None
    rate_per_s: float | None = None
    is_parent: bool = False

    @property
    def error_share(self) -> float:
        """Failed samples over all, 0 to 1."""
        return self.errors / self.samples if self.samples else 0.0


@dataclass(frozen=True, slots=True)
class LoadTestSummary:
    """One file as a whole: the total without transaction controllers, and every label."""

    format: LoadTestFormat
    total: LabelSummary
    labels: tuple[LabelSummary, ...]
    start: datetime | None = None
    end: datetime | None = None
    rejected_rows: int = 0
    rejected: tuple[RejectedRow, ...] = ()
    """The first rows that were rejected."""
    percentiles: Percentiles = Percentiles.JMETER
    notes: tuple[str, ...] = ()
    """What a person should know of how the file was read."""

    @property
    def duration_s(self) -> float | None:
        """From the first start to the last end."""
        return (self.end - self.start).total_seconds() if self.start and self.end else None
