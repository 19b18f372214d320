"""The small pieces every part of the report is made of: marks, claims, figures, rows."""

from dataclasses import dataclass
from enum import StrEnum


class Icon(StrEnum):
    """The sign beside a word; a filled one wants attention."""

    NONE = "none"
    GOOD = "good"
    SAME = "same"
    DIFFERENT = "different"
    UNKNOWN = "unknown"
    WATCH = "watch"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Mark:
    """A state: icon and word, always both; ``strong`` marks a finding."""

    icon: Icon
    word: str
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Claim:
    """A statement with the evidence it rests on."""

    text: str
    lead: str = ""
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Boxes:
    """So many of so many."""

    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Pair:
    """A figure before and after, with what was agreed."""

    before: float
    after: float
    target: float | None = None


@dataclass(frozen=True, slots=True)
class Lengths:
    """A planned and an actual length of time, in seconds."""

    planned: float | None
    actual: float


@dataclass(frozen=True, slots=True)
class Track:
    """A run inside a window, both as shares of it; beyond 1 is too late."""

    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Counts:
    """Incidents by priority, the gravest first."""

    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Ladder:
    """Which of the levels L0 to L4 was reached, and which was needed."""

    level: int | None
    needed: int | None


Figure = Boxes | Pair | Lengths | Track | Counts | Ladder


@dataclass(frozen=True, slots=True)
class Tile:
    """One of the six figures of page 1."""

    label: str
    mark: Mark
    value: str
    aside: str = ""
    figure: Figure | None = None
    target: str = ""
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DimensionCell:
    """One of the six states of page 1, with what was found and the rule behind it."""

    name: str
    mark: Mark
    found: str
    rule: str


@dataclass(frozen=True, slots=True)
class ActionRow:
    """A follow-up action."""

    id: str
    title: str
    owner: str
    due: str
    done: bool = False


@dataclass(frozen=True, slots=True)
class Noted:
    """A numbered remark, such as an override."""

    id: str
    claim: Claim
