"""The columns of the table of changes, and what each of them sorts by."""

from collections.abc import Callable
from datetime import datetime

from app.domain.filter import ChangeSort, SortBy
from app.i18n import _
from app.services.search.rows import ChangeRow
from app.wording import NONE, clock, near_day
from ui.cells import Cell, Column, Risk, Words
from ui.models.changes import row_badge, type_word, when_text

SORTS = (
    SortBy.NUMBER, SortBy.TITLE, SortBy.STATE, None, SortBy.RISK, SortBy.WINDOW,
    SortBy.COORDINATOR, None, SortBy.PRIORITY, None, SortBy.UPDATED,
)  # fmt: skip
"""What each column of `table_columns` sorts by; None for one that does not."""
TITLE_COLUMN = 1
AT_FIRST_HIDDEN = (7, 8, 9)
YIELDING = (10, 3, 6)
"""Which columns step aside in a narrow window: when it was saved, the type, the coordinator."""
DESCENDING_FIRST = (SortBy.NUMBER, SortBy.RISK, SortBy.UPDATED)


def table_columns(now: Callable[[], datetime]) -> tuple[Column[ChangeRow], ...]:
    """Return the columns; the title takes what is left."""

    def state(row: ChangeRow) -> Cell:
        return Cell((row_badge(row, now()),))

    def spoken_state(row: ChangeRow) -> str:
        return row_badge(row, now()).word

    def updated(row: ChangeRow) -> str:
        if row.updated_at is None:
            return NONE
        zone = row.zone or "UTC"
        return f"{near_day(row.updated_at, zone, now())} {clock(row.updated_at, zone)}"

    def sorted_by(_row: ChangeRow) -> bool:
        return True

    return (
        Column(_("Number"), lambda r: r.number, sorted_by, width=112, tone="ink2"),
        Column(_("Title"), lambda r: r.title, sorted_by, cell=_title),
        Column(_("State"), spoken_state, sorted_by, cell=state, width=150),
        Column(_("Type"), lambda r: type_word(r.type), width=92, tone="ink2"),
        Column(_("Risk"), _risk_word, sorted_by, cell=lambda r: Cell((Risk(r.risk),)), width=116),
        Column(_("Window"), lambda r: when_text(r, now()), sorted_by, width=156, tone="ink2"),
        Column(_("Coordinator"), lambda r: r.coordinator or NONE, sorted_by, width=140),
        Column(_("Implementer"), lambda r: r.implementer or NONE, width=140),
        Column(_("Priority"), lambda r: str(r.priority), sorted_by, width=72, right=True),
        Column(_("Service"), lambda r: r.service or NONE, width=140),
        Column(_("Saved"), updated, sorted_by, width=158, tone="ink2"),
    )


def _title(row: ChangeRow) -> Cell:
    return Cell((Words(row.title, weight=500),))


def _risk_word(row: ChangeRow) -> str:
    return row.risk.label if row.risk else _("not assessed")


def column_of(sort: ChangeSort) -> int:
    """Return which column of `table_columns` shows an order."""
    return SORTS.index(sort.by)


def sort_words(sort: ChangeSort) -> str:
    """Return an order in words, as the menu and the line above the list say it."""
    down = sort.descending
    match sort.by:
        case SortBy.NUMBER:
            return _("Newest first") if down else _("Oldest first")
        case SortBy.TITLE:
            return _("Title, Z to A") if down else _("Title, A to Z")
        case SortBy.STATE:
            return _("State, last first") if down else _("State, first first")
        case SortBy.PRIORITY:
            return _("Priority, lowest first") if down else _("Priority, highest first")
        case SortBy.RISK:
            return _("Risk, highest first") if down else _("Risk, lowest first")
        case SortBy.WINDOW:
            return _("Window, latest first") if down else _("Window, soonest first")
        case SortBy.COORDINATOR:
            return _("Coordinator, Z to A") if down else _("Coordinator, A to Z")
        case SortBy.UPDATED:
            return _("Saved last first") if down else _("Saved last at the end")


MENU_SORTS = (
    ChangeSort(),
    ChangeSort(SortBy.WINDOW, descending=False),
    ChangeSort(SortBy.WINDOW),
    ChangeSort(SortBy.RISK),
    ChangeSort(SortBy.PRIORITY, descending=False),
    ChangeSort(SortBy.STATE, descending=False),
    ChangeSort(SortBy.TITLE, descending=False),
    ChangeSort(SortBy.COORDINATOR, descending=False),
    ChangeSort(SortBy.UPDATED),
)
