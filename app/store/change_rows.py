"""A change as lists show it: its columns without the body, and the row they make."""

from typing import Any

from sqlalchemy import Column, Row, Table

from app.domain.change import ChangeState, ChangeType
from app.domain.risk import Grade
from app.services.rows import ChangeRow
from app.store.tables import TABLES


def flat(table: Table) -> tuple[Column[Any], ...]:
    """Return the columns of a table without the body, which no list shows."""
    return tuple(column for column in table.c if column.name != "body")


_SHOWN = (
    "id", "number", "title", "state", "type", "risk", "residual", "starts_at", "ends_at", "zone",
    "on_hold", "updated_at", "ordinal", "coordinator", "implementer", "priority", "service",
)  # fmt: skip
FLAT = tuple(TABLES["change"].c[name] for name in _SHOWN)
"""What `change_row` needs, in its order; further columns may follow."""
AnyRow = Row[*tuple[Any, ...]]
_STATES = {state.value: state for state in ChangeState}
_TYPES = {type_.value: type_ for type_ in ChangeType}
_GRADES: dict[int | None, Grade | None] = {None: None, **{int(grade): grade for grade in Grade}}


def change_row(row: AnyRow) -> ChangeRow:
    """Return the row of a list; by position, because lists are made of very many."""
    (key, number, title, state, type_, risk, residual, starts_at, ends_at, zone, on_hold,
     updated_at, ordinal, coordinator, implementer, priority, service, *_more) = row  # fmt: skip
    return ChangeRow(
        key, number, title, _STATES[state], _TYPES[type_], _GRADES[risk], _GRADES[residual],
        starts_at, ends_at, zone, on_hold, updated_at, ordinal, coordinator, implementer or "",
        priority, service or "",
    )  # fmt: skip
