"""Edit many changes at once: shown beforehand, told row by row, and taken back as one.

Every change is saved by the same verb as a single edit, in a transaction and with a log entry of
its own. What one change refuses keeps no other from being edited.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from app.domain.change import Change
from app.errors import AppError, Conflict, IllegalMove, InvalidInput
from app.i18n import _
from app.services.change import changes
from app.services.change.changes import WORKING, Desk
from app.services.template.standing import field_words
from app.tasks import TaskCancelled, TaskContext
from app.wording import count

MOST = 5000
"""More at a time are narrowed down first: each is a transaction of its own."""
PRIORITIES = range(1, 5)
_FIELDS = ("coordinator", "implementer", "priority", "business_service", "tags")


@dataclass(frozen=True, slots=True)
class BulkEdit:
    """What shall be the same afterwards; None leaves a field alone.

    ``hold`` True puts on hold and False takes off hold, both with ``reason``; it stands alone.
    """

    coordinator: str | None = None
    implementer: str | None = None
    priority: int | None = None
    service: str | None = None
    add_tags: tuple[str, ...] = ()
    remove_tags: tuple[str, ...] = ()
    hold: bool | None = None
    reason: str = ""

    def check(self) -> None:
        """Raise InvalidInput when it asks for nothing, or for what cannot be."""
        fields = replace(self, hold=None, reason="") != BulkEdit()
        if self.hold is None and not fields:
            raise InvalidInput(_("Choose what shall be altered."))
        if self.hold is not None and fields:
            raise InvalidInput(_("Holding is done by itself, without other fields."))
        if self.hold is not None and not self.reason.strip():
            raise InvalidInput(_("Say why in one sentence."))
        if self.priority is not None and self.priority not in PRIORITIES:
            raise InvalidInput(_("A priority is 1 to 4."))

    def apply(self, change: Change) -> Change:
        """Return a change with the new values; holding is not a value."""
        kept = [tag for tag in change.tags if tag.casefold() not in _folded(self.remove_tags)]
        fresh = [tag for tag in self.add_tags if tag.casefold() not in _folded(kept)]
        return replace(
            change,
            coordinator=_or(self.coordinator, change.coordinator),
            implementer=_or(self.implementer, change.implementer),
            priority=change.priority if self.priority is None else self.priority,
            business_service=_or(self.service, change.business_service),
            tags=(*kept, *fresh),
        )


def _or(new: str | None, old: str) -> str:
    return old if new is None else new.strip()


def _folded(tags: Sequence[str]) -> set[str]:
    return {tag.casefold() for tag in tags}


@dataclass(frozen=True, slots=True)
class BulkRow:
    """One change: what becomes of it, or why nothing does.

    ``altered`` are (field, old, new); ``before`` and ``after`` are its versions, to take it back.
    """

    id: str
    number: str
    title: str
    altered: tuple[tuple[str, str, str], ...] = ()
    refused: str = ""
    before: Change | None = None
    after: Change | None = None

    @property
    def same(self) -> bool:
        """Whether it is already as wished."""
        return not self.refused and not self.altered


@dataclass(frozen=True, slots=True)
class BulkResult:
    """What came out, row by row, in the order of the list."""

    edit: BulkEdit
    rows: tuple[BulkRow, ...]

    @property
    def done(self) -> tuple[BulkRow, ...]:
        """The changes that were, or will be, altered."""
        return tuple(row for row in self.rows if row.altered)

    @property
    def refused(self) -> tuple[BulkRow, ...]:
        """The changes that refuse."""
        return tuple(row for row in self.rows if row.refused)


def preview(ids: Sequence[str], edit: BulkEdit, *, desk: Desk) -> BulkResult:
    """Say what an edit would do, without doing it; raises InvalidInput."""
    _check(ids, edit)
    rows = []
    with desk.new_uow() as uow:
        for key in ids:
            change = uow.changes.get(key)
            rows.append(_planned(change, edit))
    return BulkResult(edit, tuple(rows))


def _planned(change: Change, edit: BulkEdit) -> BulkRow:
    row = BulkRow(change.id, change.number, change.title)
    if not change.state.is_open:
        return replace(row, refused=_("{number} is closed.").format(number=change.number))
    if edit.hold and change.state in WORKING:
        return replace(
            row, refused=_("The work on {number} has begun.").format(number=change.number)
        )
    if edit.hold is not None:
        return replace(row, altered=_hold_words(change, hold=edit.hold))
    return replace(row, altered=_differences(change, edit.apply(change)))


def _hold_words(change: Change, *, hold: bool) -> tuple[tuple[str, str, str], ...]:
    words = {True: _("on hold"), False: _("not on hold")}
    if change.on_hold is hold:
        return ()
    return (("on_hold", words[change.on_hold], words[hold]),)


def _differences(before: Change, after: Change) -> tuple[tuple[str, str, str], ...]:
    return tuple(
        (name, _shown(getattr(before, name)), _shown(getattr(after, name)))
        for name in _FIELDS
        if getattr(before, name) != getattr(after, name)
    )


def _shown(value: object) -> str:
    text = ", ".join(value) if isinstance(value, tuple) else str(value)
    return text or "–"


def apply(
    ids: Sequence[str], edit: BulkEdit, *, desk: Desk, context: TaskContext | None = None
) -> BulkResult:
    """Edit the changes one after the other; stopping leaves the ones that are done as they are.

    Raises:
        InvalidInput: The edit asks for nothing, or for too many at once.
    """
    _check(ids, edit)
    return BulkResult(edit, tuple(_each(ids, lambda key: _edited(key, edit, desk), context)))


def undo(result: BulkResult, *, desk: Desk, context: TaskContext | None = None) -> BulkResult:
    """Take an edit back where the fields that it altered are as it left them; others refuse."""
    rows = {row.id: row for row in result.done}
    taken = _each(list(rows), lambda key: _taken_back(rows[key], result.edit, desk), context)
    return BulkResult(result.edit, tuple(taken))


def _check(ids: Sequence[str], edit: BulkEdit) -> None:
    edit.check()
    if len(ids) > MOST:
        raise InvalidInput(
            _("No more than {most} changes are edited at once.").format(most=count(MOST)),
            hint=_("Narrow the list."),
        )


def _each(
    ids: Sequence[str], work: Callable[[str], BulkRow], context: TaskContext | None
) -> Iterator[BulkRow]:
    told = context or TaskContext()
    for done, key in enumerate(ids, start=1):
        if told.stopped:
            return
        yield work(key)
        with suppress(TaskCancelled):  # what is done is told, also after a stop
            told.progress(done, len(ids), _("Editing"))


def _edited(key: str, edit: BulkEdit, desk: Desk) -> BulkRow:
    with desk.new_uow() as uow:
        before = uow.changes.get(key)
    row = _planned(before, edit)
    if not row.altered:
        return row
    try:
        if edit.hold is not None:
            after = changes.set_hold(key, edit.reason, desk=desk, held=edit.hold)
        else:
            after = changes.edit_change(key, edit.apply, desk=desk, note=_note(row))
    except AppError as error:
        return replace(row, altered=(), refused=error.sentence())
    return replace(row, before=before, after=after)


def _note(row: BulkRow) -> str:
    parts = [f"{field_words(name)}: {old} → {new}" for name, old, new in row.altered]
    return _("Edited among others: {what}").format(what="; ".join(parts))


def _taken_back(row: BulkRow, edit: BulkEdit, desk: Desk) -> BulkRow:
    if row.before is None or row.after is None:
        return row
    before, after = row.before, row.after
    names = [name for name, _old, _new in row.altered]

    def back(change: Change) -> Change:
        if any(getattr(change, name) != getattr(after, name) for name in names):
            raise Conflict(_("{number} was altered meanwhile.").format(number=change.number))
        old = {name: getattr(before, name) for name in names}
        return replace(change, **old)

    bare = BulkRow(row.id, row.number, row.title)
    turned = tuple((name, new, old) for name, old, new in row.altered)
    try:
        if edit.hold is not None:
            _same_hold(row.id, after, desk)
            reason = _("Undid: {why}").format(why=edit.reason)
            changes.set_hold(row.id, reason, desk=desk, held=before.on_hold)
        else:
            note = _("Undid: {what}").format(what=_note(row))
            changes.edit_change(row.id, back, desk=desk, note=note)
    except AppError as error:
        return replace(bare, refused=error.sentence())
    return replace(bare, altered=turned)


def _same_hold(key: str, after: Change, desk: Desk) -> None:
    with desk.new_uow() as uow:
        now = uow.changes.get(key)
    if now.on_hold is not after.on_hold:
        raise IllegalMove(_("{number} was altered meanwhile.").format(number=now.number))
