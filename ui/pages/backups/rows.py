"""How sets and their objects are shown, as data."""

from app.domain.backup import CaptureState, StoredObject
from app.i18n import _
from app.wording import bytes_size, count, moment
from ui.cells import Badge, Cell, Column, Mark, Squares, Words
from ui.models.backups import SOURCES, level_badge, names_of, rungs
from ui.operations.backups import SetView

_STATES = {
    CaptureState.CAPTURED: Badge(Mark.GOOD, _("Captured")),
    CaptureState.WITH_WARNINGS: Badge(Mark.WATCH, _("With warnings")),
    CaptureState.PARTIAL: Badge(Mark.MIXED, _("Incomplete")),
    CaptureState.FAILED: Badge(Mark.BAD, _("Failed")),
}


def state_badge(state: CaptureState) -> Badge:
    """Return the badge of how a capture ended."""
    return _STATES[state]


def _set_cell(view: SetView) -> Cell:
    item = view.set
    sizes = _("{plain}, {stored} stored").format(
        plain=bytes_size(item.plain_bytes), stored=bytes_size(item.stored_bytes)
    )
    return Cell(
        (Words(item.host_name, weight=600), Words(view.number, "ink2")),
        (Squares(rungs(item)), level_badge(item), *_to_settle(view)),
        end=Words(moment(item.sealed_at, view.zone), "ink2"),
        below_end=Words(sizes, "ink2"),
    )


def _to_settle(view: SetView) -> tuple[Badge, ...]:
    """Say of a set that a restore of it still waits for a person."""
    return (Badge(Mark.WATCH, _("to settle")),) if view.restores else ()


SET_COLUMNS = (
    Column[SetView](
        _("Set"), lambda view: f"{view.set.host_name}, {level_badge(view.set).word}", cell=_set_cell
    ),
)


def _object_cell(item: StoredObject, *, with_host: bool) -> Cell:
    """What was taken, over what kind of thing it is and, among several, of which host."""
    host = (Words(item.host_name, "ink2"),) if with_host else ()
    return Cell((names_of(item.title),), (Words(_(SOURCES[item.kind]), "ink2"), *host))


_REST = (
    Column[StoredObject](
        _("State"),
        lambda item: state_badge(item.state).word,
        cell=lambda item: Cell((state_badge(item.state),)),
        width=116,
    ),
    Column[StoredObject](_("Members"), lambda item: count(item.members), width=68, right=True),
    Column[StoredObject](
        _("Size"), lambda item: bytes_size(item.plain_bytes), width=72, right=True
    ),
    Column[StoredObject](
        _("Stored"), lambda item: bytes_size(item.stored_bytes), width=76, right=True
    ),
)


def object_columns(*, several: bool) -> tuple[Column[StoredObject], ...]:
    """Return the columns of a set's objects; with their host where there are ``several``."""

    def speak(item: StoredObject) -> str:
        words = f"{item.title}, {_(SOURCES[item.kind])}"
        return f"{words}, {item.host_name}" if several else words

    what = Column[StoredObject](
        _("What"), speak, cell=lambda item: _object_cell(item, with_host=several)
    )
    return (what, *_REST)
