"""What lists and tables show, as data: states, pieces of a cell, columns. Widgets draw it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor

from app.i18n import _
from app.wording import percent_range, signed_percent
from ui.theme import tokens

if TYPE_CHECKING:
    from app.domain.risk import Grade

Row = TypeVar("Row")
SORT_ROLE = Qt.ItemDataRole.UserRole
ROW_ROLE = Qt.ItemDataRole.UserRole + 1
CELL_ROLE = Qt.ItemDataRole.UserRole + 2
GROUP_ROLE = Qt.ItemDataRole.UserRole + 3
COLUMN_ROLE = Qt.ItemDataRole.UserRole + 4
MARK_ROLE = Qt.ItemDataRole.UserRole + 5


class Mark(Enum):
    """The shape and the colour token of a state; the word is the caller's."""

    GOOD = ("circle-check", "good")
    BAD = ("circle-x", "bad")
    SAME = ("circle-equal", "ink2")
    UNKNOWN = ("circle-help", "unknown")
    MISSING = ("circle-dashed", "unknown")
    NEEDED = ("circle-dashed", "watch")
    MIXED = ("circle-half", "watch")
    GATE = ("diamond", "watch")
    WATCH = ("triangle-alert", "watch")
    RUNNING = ("circle-play", "ink")
    DONE = ("check", "ink2")
    LATER = ("clock", "ink2")
    HELD = ("pause", "watch")
    LOCKED = ("lock", "ink2")
    PERSON = ("user", "ink2")
    SCHEDULED = ("calendar", "ink2")
    DRAFT = ("file-text", "ink2")
    LIST = ("list-checks", "ink2")
    TEST = ("clipboard-check", "ink2")
    PULSE = ("activity", "ink2")
    REVIEW = ("eye", "ink2")
    STOPPED = ("ban", "ink2")
    BACK = ("undo", "bad")

    @property
    def icon(self) -> str:
        """Name of the icon."""
        return self.value[0]

    @property
    def tone(self) -> str:
        """Name of the colour token."""
        return self.value[1]


@dataclass(frozen=True, slots=True)
class Badge:
    """A state: its mark and its word. ``tone`` replaces the mark's own colour when it is set."""

    mark: Mark
    word: str
    tone: str = ""

    @property
    def color(self) -> QColor:
        """The colour that holds now."""
        return tokens().named(self.tone or self.mark.tone)


class Rung(Enum):
    """How far one level is."""

    REACHED = Mark.GOOD
    RUNNING = Mark.RUNNING
    FAILED = Mark.BAD
    OPEN = Mark.MISSING


@dataclass(frozen=True, slots=True)
class LevelStep:
    """One level: ``name`` "L1", ``word`` "intact", ``time`` "13:49", ``note`` what was proven."""

    name: str
    word: str
    rung: Rung = Rung.OPEN
    time: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Interval:
    """A relative change with its likely range, as fractions; None where there is none.

    ``margin`` is the change that matters, ``tone`` the verdict's colour, ``sure`` whether there
    was enough data.
    """

    estimate: float | None = None
    lo: float | None = None
    hi: float | None = None
    margin: float = 0.1
    tone: str = "ink2"
    sure: bool = True

    @property
    def sentence(self) -> str:
        """What it shows, in words."""
        if self.estimate is None:
            return _("not measured")
        return _("{estimate}, likely range {range}").format(
            estimate=signed_percent(self.estimate), range=percent_range(self.lo, self.hi)
        )


@dataclass(frozen=True, slots=True)
class Words:
    """A text in a colour token; ``weight`` 400, 500 or 600; ``size`` 0 for the line's own."""

    text: str
    tone: str = "ink"
    weight: int = 400
    mono: bool = False
    size: int = 0
    struck: bool = False
    """Whether it is struck through: said once, and taken back."""


@dataclass(frozen=True, slots=True)
class Risk:
    """The three steps of a grade and its word; None is "not assessed"."""

    grade: "Grade | None"


@dataclass(frozen=True, slots=True)
class Squares:
    """How far a backup set is proven."""

    rungs: tuple[Rung, ...]


@dataclass(frozen=True, slots=True)
class Mini:
    """An icon alone, in a colour token."""

    icon: str
    tone: str = "ink2"


Piece = str | Words | Badge | Risk | Squares | Mini | Interval


@dataclass(frozen=True, slots=True)
class Cell:
    """One or two lines of pieces.

    ``stops`` are the x positions of the pieces on the second line, in pixels; without them, and
    where room is short, the pieces follow each other. ``end`` and ``below_end`` stand at the right
    edge. ``right`` aligns everything to the right, for figures.
    """

    top: tuple[Piece, ...]
    below: tuple[Piece, ...] = ()
    stops: tuple[int, ...] = ()
    end: Piece | None = None
    below_end: Piece | None = None
    right: bool = False
    foot: tuple[Piece, ...] = ()
    """A third line, for rows that are high enough."""
    wraps: bool = False
    """Whether the first words go on in a line of their own where room is short."""


@dataclass(frozen=True, slots=True)
class Group:
    """A row that only names the rows below it."""

    title: str
    note: str = ""


def cell(*top: Piece, below: Sequence[Piece] = (), right: bool = False) -> Cell:
    """Return a cell in few words."""
    return Cell(top, tuple(below), right=right)


def _no_key(_row: object) -> Any:
    return None


@dataclass(frozen=True)  # no slots: frozen + slots + Generic breaks Column[Row](...)
class Column(Generic[Row]):
    """One column: its header, the text shown and spoken, and the value it sorts by.

    ``marks`` are the ends and the middle of a scale that the cells share, written in the header.
    ``cell`` draws more than plain text. ``width`` is in pixels at 100 %, 0 takes what is left.
    Without ``key`` the column cannot be sorted.
    """

    header: str
    text: Callable[[Row], str]
    key: Callable[[Row], Any] = _no_key
    cell: Callable[[Row], Cell] | None = None
    width: int = 0
    right: bool = False
    tone: str = "ink"
    mono: bool = False
    marks: tuple[str, ...] = ()

    @property
    def sortable(self) -> bool:
        """Whether a click on the header sorts."""
        return self.key is not _no_key
