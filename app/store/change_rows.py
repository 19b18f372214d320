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
    "id", "number", "ordinal", "title", "state", "type", "risk", "residual", "starts_at", "ends_at",
    "zone", "on_hold", "updated_at", "coordinator", "implementer", "priority", "service",
)  # fmt: skip
FLAT = tuple(TABLES["change"].c[name] for name in _SHOWN)
"""What `change_row` needs."""


def change_row(row: Row[Any]) -> ChangeRow:
    """Return the row of a list."""
    return ChangeRow(
        id=row.id,
        number=row.number,
        title=row.title,
        state=ChangeState(row.state),
        type=ChangeType(row.type),
        risk=_grade(row.risk),
        residual=_grade(row.residual),
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        zone=row.zone,
        on_hold=row.on_hold,
        updated_at=row.updated_at,
        ordinal=row.ordinal,
        coordinator=row.coordinator,
        implementer=row.implementer or "",
        priority=row.priority,
        service=row.service or "",
    )


def _grade(value: int | None) -> Grade | None:
    return None if value is None else Grade(value)
