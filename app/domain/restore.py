"""Putting a set back: the plan, what would differ, and how far an attempt has come."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from app.domain.backup import BackupSet, CaptureState, SourceKind, StoredObject
from app.domain.ids import ChangeId, HostId, RestoreId, SetId

SIDE = ".changedesk-restore-"
"""Between the name of an original and the mark of a restore: what is unpacked beside it."""
KEPT = ".changedesk-old-"
"""The same, for the original after the swap."""
MAX_LINES = 1000
"""How many differences are named; all are counted."""


@dataclass(frozen=True, slots=True)
class PlanStep:
    """One step of a restore plan: where, what exactly, how much, and how long it may take."""

    title: str
    target: str
    command: str = ""
    bytes: int = 0
    expected_s: float | None = None
    """As long as the capture of the same bytes took; None where nothing was measured."""
    host: str = ""
    """The name of the host it is done on; empty in plans of earlier versions, of one host."""


@dataclass(frozen=True, slots=True)
class PlanTime:
    """How long a plan will take, in seconds, and whether a restore measured that."""

    seconds: float
    measured: bool


class DifferenceKind(StrEnum):
    """What a restore would do to one thing on the host."""

    NEW = "new"
    """It is on the host only: it would be set aside."""
    CHANGED = "changed"
    """It differs: the one of the set would replace it."""
    GONE = "gone"
    """It is in the set only: it would come back."""


@dataclass(frozen=True, slots=True)
class DifferenceLine:
    """One file, folder or table that is not as it was."""

    kind: DifferenceKind
    path: str
    what: str = ""


@dataclass(frozen=True, slots=True)
class HostDifference:
    """What is on the host now, against a set; nothing was changed to find out.

    ``basis`` says how exact the comparison was, and ``unknown`` what could not be compared.
    """

    set: SetId
    at: datetime
    lines: tuple[DifferenceLine, ...] = ()
    counts: dict[DifferenceKind, int] = field(default_factory=dict)
    same: int = 0
    basis: str = ""
    unknown: tuple[str, ...] = ()

    @property
    def is_none(self) -> bool:
        """Whether everything that could be compared is as it was."""
        return not any(self.counts.values())

    def count(self, kind: DifferenceKind) -> int:
        """How many there are of a kind."""
        return self.counts.get(kind, 0)


class MoveHow(StrEnum):
    """How a name changes in the swap."""

    ASIDE = "aside"
    PLACE = "place"
    CARRY = "carry"
    DATABASE = "database"
    """A database of a server gets the name of the one it replaces, which is kept."""
    TABLES = "tables"
    """The tables of a database change places with those of the one it replaces, which are kept."""

    @property
    def is_served(self) -> bool:
        """Whether a database server does it, and no file system."""
        return self in (MoveHow.DATABASE, MoveHow.TABLES)


@dataclass(frozen=True, slots=True)
class Move:
    """One name that changes in the swap; ``kept`` is where a replaced database goes.

    ``source`` of tables is an address, which says on which server, too.
    """

    how: MoveHow
    source: str
    target: str
    kept: str = ""


class RestoreState(StrEnum):
    """How far a restore has come; the host is always in one of these."""

    PREPARING = "preparing"
    """The originals are untouched; something may lie beside them."""
    SWAPPING = "swapping"
    """Names were about to be swapped: only the host can tell which were."""
    HALF = "half"
    """Some names are swapped and some are not; undoing brings the state before back."""
    SWAPPED = "swapped"
    """The set is in place, and what was there before is kept beside it."""
    UNDONE = "undone"
    """What was there before is in place again, and the set lies beside it."""
    CONFIRMED = "confirmed"
    """The set is in place, and what was kept has been removed."""
    CLEARED = "cleared"
    """The host is as it was before, and nothing lies beside."""


OPEN = frozenset(
    {
        RestoreState.PREPARING,
        RestoreState.SWAPPING,
        RestoreState.HALF,
        RestoreState.SWAPPED,
        RestoreState.UNDONE,
    }
)
"""States that still hold something on the host, and wait for a person."""
CUT_OFF = frozenset({RestoreState.PREPARING, RestoreState.SWAPPING, RestoreState.HALF})
"""Open states that no restore ends in when nothing goes wrong."""


@dataclass(frozen=True, slots=True)
class Restore:
    """One attempt to put a set back on its host, kept before the host hears of it."""

    id: RestoreId
    set: SetId
    change: ChangeId | None
    host: HostId
    host_name: str
    mark: str
    """Is part of every name the restore makes on the host."""
    state: RestoreState
    by: str
    began_at: datetime
    what: str = ""
    safety: SetId | None = None
    """The set that was taken of the state before."""
    sides: tuple[str, ...] = ()
    moves: tuple[Move, ...] = ()
    swapped_at: datetime | None = None
    duration_s: float = 0.0
    compared: str = ""
    trouble: str = ""
    """What went wrong last, in words."""

    @property
    def is_open(self) -> bool:
        """Whether something of it still lies on the host."""
        return self.state in OPEN

    @property
    def is_running(self) -> bool:
        """Whether it is under way: nothing has gone wrong, and it has not come to an end."""
        return self.state in CUT_OFF and not self.trouble

    @property
    def kept(self) -> tuple[str, ...]:
        """Where what was there before lies, while the set is in place."""
        return tuple(
            move.kept if move.how.is_served else move.target
            for move in self.moves
            if move.how is MoveHow.ASIDE or move.how.is_served
        )


@dataclass(frozen=True, slots=True)
class RestoreWish:
    """What of a set shall be put back: all of it, some objects, or some members by path."""

    objects: tuple[str, ...] = ()
    """Names of stored objects; none means all that can be put back."""
    paths: tuple[str, ...] = ()
    """Absolute paths of single files, folders or links; none means whole objects."""
    mark: str = ""


PUT_BACK = (SourceKind.FILES, SourceKind.SQLITE, SourceKind.POSTGRESQL, SourceKind.MYSQL)
"""Kinds that are put back on their host without a person's hand."""


def is_put_back(item: StoredObject) -> bool:
    """Whether a stored object can be put back on its host; roles of a server cannot."""
    is_globals = item.name.endswith("-globals.sql.zst.age")
    return item.kind in PUT_BACK and item.state is not CaptureState.FAILED and not is_globals


def parts_of(item: BackupSet, host: HostId) -> tuple[StoredObject, ...]:
    """Return the objects of a set that can be put back on a host, each alone or all together."""
    return tuple(one for one in item.of_host(host) if is_put_back(one))


_OBJECTS = frozenset(kind.value for kind in SourceKind if kind is not SourceKind.FILES)


@dataclass(frozen=True, slots=True)
class Entry:
    """One member of a set, as its tree shows it."""

    id: int
    name: str
    path: str
    type: str
    size: int
    mtime_ns: int
    mode: int
    object: str
    link: str = ""
    children: int = 0

    @property
    def is_folder(self) -> bool:
        """Whether it holds others."""
        return self.type == "directory"

    @property
    def is_whole(self) -> bool:
        """Whether it is an object of its own, such as a dump, and no member of an archive."""
        return self.type in _OBJECTS


@dataclass(frozen=True, slots=True)
class EntryPage:
    """Some entries, in order, and whether more follow."""

    entries: tuple[Entry, ...]
    more: bool = False
