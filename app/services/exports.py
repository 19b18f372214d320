"""Hand a whole list of changes to another program: CSV, an Excel workbook, or JSON.

The list is read page by page and written as it comes, so that a hundred thousand rows need no more
memory than one page. The file appears under its name when it is whole.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from app.domain.change import Change
from app.errors import InvalidInput
from app.i18n import _, later
from app.services.saving import written_whole
from app.services.search.finding import Finder, Query
from app.tasks import TaskContext

PAGE = 500
MOST_SHEET_ROWS = 1_048_575
"""What a sheet holds below its header."""

Value = str | int | float | bool | datetime | None


class ExportFormat(StrEnum):
    """What kind of file."""

    CSV = "csv"
    XLSX = "xlsx"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class ExportWish:
    """How a list shall be written; ``bom`` begins a CSV so that Excel reads it as UTF-8.

    ``label`` is written beside every row, such as "Example data", and names the sheet.
    """

    format: ExportFormat
    bom: bool = True
    label: str = ""


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written."""

    path: Path
    rows: int


class TableWriter(Protocol):
    """Takes rows one by one."""

    def add(self, record: object, values: Sequence[Value]) -> None:
        """Write one record; a table takes the values, JSON the whole record."""
        ...


OpenTable = Callable[[Path, ExportWish, Sequence[str]], AbstractContextManager[TableWriter]]
"""Begins a file with these headings; leaving the block finishes it."""


@dataclass(frozen=True, slots=True)
class ExportColumn:
    """One column: its heading, and the value of a change."""

    heading: str
    read: Callable[[Change], Value]


COLUMNS: tuple[ExportColumn, ...] = (
    ExportColumn(later("Number"), lambda c: c.number),
    ExportColumn(later("Title"), lambda c: c.title),
    ExportColumn(later("State"), lambda c: c.state.value),
    ExportColumn(later("Type"), lambda c: c.type.value),
    ExportColumn(later("Priority"), lambda c: c.priority),
    ExportColumn(later("Need"), lambda c: c.need.category.value if c.need.category else None),
    ExportColumn(later("Inherent risk"), lambda c: c.risk.level.label if c.risk else None),
    ExportColumn(later("Residual risk"), lambda c: c.risk.residual_level.label if c.risk else None),
    ExportColumn(later("Service"), lambda c: c.business_service),
    ExportColumn(later("Hosts"), lambda c: ", ".join(c.hosts)),
    ExportColumn(later("Tags"), lambda c: ", ".join(c.tags)),
    ExportColumn(later("Requested by"), lambda c: c.requested_by),
    ExportColumn(later("Coordinator"), lambda c: c.coordinator),
    ExportColumn(later("Implementer"), lambda c: c.implementer),
    ExportColumn(later("Reviewer"), lambda c: c.reviewer),
    ExportColumn(later("Window start (UTC)"), lambda c: c.window.span.start if c.window else None),
    ExportColumn(later("Window end (UTC)"), lambda c: c.window.span.end if c.window else None),
    ExportColumn(later("Time zone"), lambda c: c.window.zone if c.window else None),
    ExportColumn(later("Work start (UTC)"), lambda c: c.work_start),
    ExportColumn(later("Work end (UTC)"), lambda c: c.work_end),
    ExportColumn(later("On hold"), lambda c: c.on_hold_reason if c.on_hold else None),
    ExportColumn(later("Close code"), lambda c: c.close_code.value if c.close_code else None),
    ExportColumn(later("Close notes"), lambda c: c.close_notes),
    ExportColumn(later("Backed out"), lambda c: c.backed_out),
    ExportColumn(later("Opened (UTC)"), lambda c: c.opened_at),
    ExportColumn(later("Closed (UTC)"), lambda c: c.closed_at),
    ExportColumn(later("Description"), lambda c: c.description),
)


def export_list(
    query: Query,
    target: Path,
    wish: ExportWish,
    *,
    finder: Finder,
    open_table: OpenTable,
    context: TaskContext | None = None,
) -> Exported:
    """Write every change of a list into ``target``, in its order; a file there is replaced whole.

    Raises:
        InvalidInput: The file cannot be written, or a sheet does not hold so many rows.
        TaskCancelled: The user stopped it; nothing is left behind.
    """
    context = context or TaskContext()
    total = finder.count(query.wanted, query.asker)
    if wish.format is ExportFormat.XLSX and total > MOST_SHEET_ROWS:
        raise InvalidInput(
            _("A sheet holds {n} rows; this list has {total}.").format(
                n=MOST_SHEET_ROWS, total=total
            ),
            hint=_("Narrow the list, or export it as CSV."),
        )
    with written_whole(target) as part:
        rows = _write(_changes(query, finder), part, wish, (open_table, context, total))
    return Exported(target, rows)


def _write(
    changes: Iterator[Change],
    part: Path,
    wish: ExportWish,
    how: tuple[OpenTable, TaskContext, int],
) -> int:
    open_table, context, total = how
    done = 0
    with open_table(part, wish, [_(column.heading) for column in COLUMNS]) as table:
        for change in changes:
            table.add(change, [column.read(change) for column in COLUMNS])
            done += 1
            context.progress(done, max(total, done), _("Writing"))
    return done


def _changes(query: Query, finder: Finder) -> Iterator[Change]:
    after = None
    while True:
        changes, after = finder.records(query, after=after, limit=PAGE)
        yield from changes
        if len(changes) < PAGE:
            return
