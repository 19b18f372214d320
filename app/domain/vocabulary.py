"""The words that lists are sorted, coloured and counted by; the records they belong to load slower.

Each is also found where its noun lives: `ChangeState` in `app.domain.change`, and so on.
"""

from enum import IntEnum, StrEnum

from app.i18n import _, later


class ChangeType(StrEnum):
    """The path a change takes through the process."""

    NORMAL = "normal"
    STANDARD = "standard"
    EMERGENCY = "emergency"


class ChangeState(StrEnum):
    """Where a change stands; exactly one at any time. *On hold* is a flag beside it."""

    DRAFT = "draft"
    ASSESS = "assess"
    AUTHORIZE = "authorize"
    SCHEDULED = "scheduled"
    IMPLEMENT = "implement"
    TEST = "test"
    MONITOR = "monitor"
    REVIEW = "review"
    CLOSED = "closed"
    REJECTED = "rejected"
    BACKOUT = "backout"
    CANCELED = "canceled"

    @property
    def is_open(self) -> bool:
        """Whether work on the change can still go on."""
        return self not in (ChangeState.CLOSED, ChangeState.CANCELED)

    @property
    def words(self) -> str:
        """The state as people read it, in badges and in the log."""
        return _(_STATES[self.value])


_STATES = {
    "draft": later("Draft"),
    "assess": later("Assess"),
    "authorize": later("Authorize"),
    "scheduled": later("Scheduled"),
    "implement": later("Implement"),
    "test": later("Test"),
    "monitor": later("Monitor"),
    "review": later("Review"),
    "closed": later("Closed"),
    "rejected": later("Rejected"),
    "backout": later("Backing out"),
    "canceled": later("Canceled"),
}


class Stage(StrEnum):
    """The ten stages a coordinator walks through, as the stage rail shows them."""

    IDENTIFY = "identify"
    COMMUNICATE = "communicate"
    PLAN = "plan"
    AGREE = "agree"
    SCHEDULE = "schedule"
    IMPLEMENT = "implement"
    TEST = "test"
    MONITOR = "monitor"
    DOCUMENT = "document"
    EVALUATE = "evaluate"


class NeedCategory(StrEnum):
    """The five reasons for which systems are changed here."""

    DOWNTIME_CRASH = "downtime_crash"
    CANNOT_SCALE = "cannot_scale"
    OUTDATED = "outdated"
    PERSISTENT_BUG = "persistent_bug"
    SECURITY_VULNERABILITY = "security_vulnerability"


class Grade(IntEnum):
    """The five labels of NIST SP 800-30 Rev. 1, for likelihood, impact and risk alike."""

    VERY_LOW = 1
    LOW = 2
    MODERATE = 3
    HIGH = 4
    VERY_HIGH = 5

    @property
    def label(self) -> str:
        """The label as printed in the standard."""
        return self.name.replace("_", " ").capitalize()


class Level(IntEnum):
    """What may be said about a backup, weakest first; nobody ever says "backup OK"."""

    CAPTURED = 0
    INTACT = 1
    READABLE = 2
    MATCHES_SOURCE = 3
    RESTORED = 4

    @property
    def label(self) -> str:
        """Short code and words, such as ``L1 intact``."""
        return f"L{int(self)} {self.name.replace('_', ' ').lower().replace('source', 'the source')}"


class RunMode(StrEnum):
    """What a run is for; only a live one counts in any statistic."""

    LIVE = "live"
    REHEARSAL = "rehearsal"
    """The same steps beforehand; commands go to stand-in hosts, the rest is walked through."""
    DRY = "dry"
    """Every command is shown with its values; nothing is contacted."""


class RunState(StrEnum):
    """Where a run stands."""

    READY = "ready"
    RUNNING = "running"
    WAITING = "waiting"
    """A person must act: a gate, a manual step, a failure, an unknown outcome."""
    PAUSED = "paused"
    BACKING_OUT = "backing_out"
    DONE = "done"
    BACKED_OUT = "backed_out"
    MISSED = "missed"
    """The window passed, and nobody started it."""


class Verdict(StrEnum):
    """What is said of one metric; *changed* is for metrics without a good direction."""

    REGRESSED = "regressed"
    IMPROVED = "improved"
    CHANGED = "changed"
    NO_MATERIAL_CHANGE = "no_material_change"
    NOT_ENOUGH_DATA = "not_enough_data"
    NOT_MEASURED = "not_measured"

    @property
    def words(self) -> str:
        """The verdict in words, for a badge."""
        return _(_TITLES[self.value])

    @property
    def rank(self) -> int:
        """How much it wants to be looked at: 0 is the first in a list."""
        return list(Verdict).index(self)

    @property
    def is_move(self) -> bool:
        """Whether it says that the metric moved by an amount that matters."""
        return self in (Verdict.REGRESSED, Verdict.IMPROVED, Verdict.CHANGED)


class OverallVerdict(StrEnum):
    """What is said of the change as a whole."""

    REGRESSED = "regressed"
    MIXED = "mixed"
    INCONCLUSIVE = "inconclusive"
    IMPROVED = "improved"
    NO_MATERIAL_CHANGE = "no_material_change"

    @property
    def words(self) -> str:
        """The verdict in words, for a badge."""
        return _(_TITLES[self.value])


_TITLES = {
    "regressed": later("Regressed"),
    "improved": later("Improved"),
    "changed": later("Changed"),
    "no_material_change": later("No material change"),
    "not_enough_data": later("Not enough data"),
    "not_measured": later("Not measured"),
    "mixed": later("Mixed"),
    "inconclusive": later("Inconclusive"),
}
