"""How sets and their objects are shown, as data."""

from app.domain.backup import BackupSet, CaptureState, Level, Outcome, StoredObject
from app.i18n import _
from app.wording import bytes_size, clock, count, duration, moment
from ui.cells import Badge, Cell, Column, LevelStep, Mark, Rung, Squares, Words
from ui.operations.backups import SetView

_RUNGS = {
    Outcome.PASSED: Rung.REACHED,
    Outcome.FAILED: Rung.FAILED,
    Outcome.TIMED_OUT: Rung.FAILED,
    Outcome.RUNNING: Rung.RUNNING,
    Outcome.NOT_DONE: Rung.OPEN,
}
_STATES = {
    CaptureState.CAPTURED: Badge(Mark.GOOD, _("Captured")),
    CaptureState.WITH_WARNINGS: Badge(Mark.WATCH, _("With warnings")),
    CaptureState.PARTIAL: Badge(Mark.MIXED, _("Incomplete")),
    CaptureState.FAILED: Badge(Mark.BAD, _("Failed")),
}


def level_badge(item: BackupSet) -> Badge:
    """Return the level in words; a set that is gone says so."""
    if item.missing:
        return Badge(Mark.BAD, _("Not in the vault any more"))
    if item.level is None:
        return Badge(Mark.UNKNOWN, _("Nothing proven"))
    return Badge(Mark.GOOD, _(item.level.label))


def state_badge(state: CaptureState) -> Badge:
    """Return the badge of how a capture ended."""
    return _STATES[state]


def ladder(item: BackupSet, zone: str) -> tuple[LevelStep, ...]:
    """Return the five levels with when and how each was proven."""
    steps = []
    for level in Level:
        found = item.latest(level)
        word = level.label.split(" ", 1)[1]
        if found is None:
            steps.append(LevelStep(f"L{int(level)}", _(word)))
            continue
        when = clock(found.at, zone)
        took = duration(found.duration_s) if found.duration_s else ""
        steps.append(LevelStep(f"L{int(level)}", _(word), _RUNGS[found.outcome], when, took))
    return tuple(steps)


def rungs(item: BackupSet) -> tuple[Rung, ...]:
    """Return the five squares of a list."""
    found = (item.latest(level) for level in Level)
    return tuple(_RUNGS[one.outcome] if one else Rung.OPEN for one in found)


def _set_cell(view: SetView) -> Cell:
    item = view.set
    sizes = _("{plain}, {stored} stored").format(
        plain=bytes_size(item.plain_bytes), stored=bytes_size(item.stored_bytes)
    )
    return Cell(
        (Words(item.host_name, weight=600), Words(view.number, "ink2")),
        (Squares(rungs(item)), level_badge(item)),
        end=Words(moment(item.sealed_at, view.zone), "ink2"),
        below_end=Words(sizes, "ink2"),
    )


SET_COLUMNS = (
    Column[SetView](
        _("Set"), lambda view: f"{view.set.host_name}, {level_badge(view.set).word}", cell=_set_cell
    ),
)


def _what(item: StoredObject) -> Cell:
    """Show the names; whole paths are too long for a column and stand in the tooltip."""
    names = [part.rsplit("/", 1)[-1] or part for part in item.title.split(", ")]
    return Cell((", ".join(names),))


OBJECT_COLUMNS = (
    Column[StoredObject](_("What"), lambda item: item.title, cell=_what),
    Column[StoredObject](_("Kind"), lambda item: item.kind.value, width=80, tone="ink2"),
    Column[StoredObject](
        _("State"),
        lambda item: state_badge(item.state).word,
        cell=lambda item: Cell((state_badge(item.state),)),
        width=110,
    ),
    Column[StoredObject](_("Members"), lambda item: count(item.members), width=72, right=True),
    Column[StoredObject](
        _("Size"), lambda item: bytes_size(item.plain_bytes), width=84, right=True
    ),
    Column[StoredObject](
        _("Stored"), lambda item: bytes_size(item.stored_bytes), width=84, right=True
    ),
)
