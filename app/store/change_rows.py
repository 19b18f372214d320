"""A change as lists show it: its columns without the body, and the row they make."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Table, Text, type_coerce

from app.domain.change import ChangeState, ChangeType
from app.domain.risk import Grade
from app.services.search.rows import ChangeRow
from app.store.mapping import Instant
from app.store.tables import TABLES


def flat(table: Table) -> tuple[Column[Any], ...]:
    """Return the columns of a table without the body, which no list shows."""
    return tuple(column for column in table.c if column.name != "body")


_SHOWN = (
    "id", "number", "title", "state", "type", "risk", "residual", "starts_at", "ends_at", "zone",
    "on_hold", "updated_at", "ordinal", "coordinator", "implementer", "priority", "service",
    "review_due_at",
)  # fmt: skip
ORDINAL = _SHOWN.index("ordinal")


def _kept(column: Column[Any]) -> ColumnElement[Any]:
    """Return a column as it is kept: instants are read when somebody looks at them."""
    kept = type_coerce(column, Text()) if isinstance(column.type, Instant) else column
    return kept.label(column.name)


FLAT = tuple(_kept(TABLES["change"].c[name]) for name in _SHOWN)
"""What a `StoredChangeRow` holds, in its order; further columns may follow."""
_STATES = {state.value: state for state in ChangeState}
_TYPES = {type_.value: type_ for type_ in ChangeType}
_GRADES: dict[int | None, Grade | None] = {None: None, **{int(grade): grade for grade in Grade}}
_NOWHERE = ("", "")
_set = object.__setattr__


class StoredChangeRow(ChangeRow):
    """The row of a list as the database gave it; it reads itself when it is first looked at.

    A page has a hundred rows, of which a screen shows some thirty: to read the values of all of
    them would take nearly as long as the database takes to find them.
    """

    __slots__ = ("_found", "_held")

    def __init__(self, held: Sequence[Any], found: tuple[str, str] = _NOWHERE) -> None:
        """Hold a row of `FLAT`; ``found`` is where its words were found, and the text there."""
        _set(self, "_held", held)
        _set(self, "_found", found)
        _set(self, "id", held[0])  # which rows are told apart by, far from any screen

    def __getattr__(self, name: str) -> Any:
        """Read all values; none is there before."""
        if name not in _READ:
            raise AttributeError(name)
        self._read()
        return getattr(self, name)

    def _read(self) -> None:
        (
            _id, number, title, state, type_, risk, residual, starts_at, ends_at, zone, on_hold,
            updated_at, ordinal, coordinator, implementer, priority, service, review_due_at,
            *_more,
        ) = self._held  # fmt: skip
        _set(self, "number", number)
        _set(self, "title", title)
        _set(self, "state", _STATES[state])
        _set(self, "type", _TYPES[type_])
        _set(self, "risk", _GRADES[risk])
        _set(self, "residual", _GRADES[residual])
        _set(self, "starts_at", _instant(starts_at))
        _set(self, "ends_at", _instant(ends_at))
        _set(self, "zone", zone)
        _set(self, "on_hold", bool(on_hold))
        _set(self, "updated_at", _instant(updated_at))
        _set(self, "ordinal", ordinal)
        _set(self, "coordinator", coordinator)
        _set(self, "implementer", implementer or "")
        _set(self, "priority", priority)
        _set(self, "service", service or "")
        _set(self, "review_due_at", _instant(review_due_at))
        found_in, snippet = self._found
        _set(self, "found_in", found_in)
        _set(self, "snippet", snippet)


_READ = frozenset(field.name for field in fields(ChangeRow)) - {"id"}


def _instant(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value)
