"""How wide the columns of a table are: figures and states keep the room that they need."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QHeaderView

from ui.cells import CELL_ROLE, GROUP_ROLE, Cell, Column
from ui.paint import Style, scaled
from ui.theme import MEDIUM, SMALL
from ui.widgets.cell_lines import cell_least, cell_width, plain_style

if TYPE_CHECKING:
    from ui.widgets.base_table import BaseTable, Rows

_LEAST, _ENOUGH = 112, 260
"""What a column that takes the rest keeps for its names, and what it can ask for, in pixels."""
_MOST = 1.6
"""How far beyond its own width a column may grow for what it shows; longer words are prose."""
_SHRINKS_TO = 0.6
_READABLE = 200
"""What a column of names should have before others step aside for it, in pixels."""
_BESIDE, _BESIDE_SHARE = 88, 0.25
"""What a column of bars keeps beside the names: pixels, and as a share of the table."""
LOOKED_AT = 48
"""How many rows are measured: the widths shall suit what is seen first."""
_SPARE = 2


@dataclass(frozen=True, slots=True)
class Wrapping:
    """Rows in which names may go on in a second line; their cells must say that they wrap.

    ``high`` is their height while a name finds no room on one line, ``low`` otherwise. ``beside``
    is the column of bars, which takes what the names leave.
    """

    low: "Rows"
    high: "Rows"
    beside: int


class ColumnFit:
    """Gives the columns of fixed width as much as they need, and no more where room is short.

    A width that the user has drawn stands in for the column's own.
    """

    def __init__(self, table: "BaseTable", columns: tuple[Column[Any], ...]) -> None:
        self._table = table
        self._designed = {at: column.width for at, column in enumerate(columns) if column.width}
        self._columns = columns
        self._drawn: dict[int, int] = {}
        self._given: dict[int, int] = {}
        self._needs: dict[int, int] = {}
        self._leasts: dict[int, int] = {}
        self.wrapping: Wrapping | None = None
        self.yields: tuple[int, ...] = ()
        """Columns that step aside where not all find room, in this order."""
        self._aside: set[int] = set()

    def is_chosen(self, at: int) -> bool:
        """Whether a column is wanted, be it that it stepped aside for now."""
        return at in self._aside or not self._table.horizontalHeader().isSectionHidden(at)

    def choose(self, at: int, *, shown: bool) -> None:
        """Want a column, or want it no more."""
        self._aside.discard(at)
        self._table.horizontalHeader().setSectionHidden(at, not shown)
        self.measure()

    @property
    def _beside(self) -> int | None:
        return self.wrapping.beside if self.wrapping else None

    def _names(self) -> list[int]:
        """Return the columns of names that are shown."""
        head = self._table.horizontalHeader()
        return [
            at
            for at in range(len(self._columns))
            if at not in self._designed and at != self._beside and not head.isSectionHidden(at)
        ]

    def begin(self) -> None:
        """Give every column the width of the design."""
        head = self._table.horizontalHeader()
        for at, width in self._designed.items():
            head.resizeSection(at, scaled(width))
            self._given[at] = head.sectionSize(at)

    def measure(self) -> None:
        """Look how much room the cells need, and share the room anew."""
        model = self._table.model()
        rows = range(min(model.rowCount(), LOOKED_AT))
        for at in range(len(self._columns)):
            beside = sum(self._table.cell_delegate.padding(at)) + _SPARE
            rooms = [self._need(row, at, beside) for row in rows]
            self._needs[at] = max((need for need, _least in rooms), default=0)
            self._leasts[at] = max((least for _need, least in rooms), default=0)
        self.share()

    def share(self) -> None:
        """Share the width of the table among its columns."""
        self._step_aside()
        head = self._table.horizontalHeader()
        shown = [at for at in self._designed if not head.isSectionHidden(at)]
        self._see_what_was_drawn()
        bases = {at: self._drawn.get(at, scaled(self._designed[at])) for at in shown}
        heads = {at: self._head_need(at) for at in shown}
        needs = {
            at: min(max(self._needs.get(at, 0), heads[at]), round(bases[at] * _MOST))
            for at in shown
        }
        for at, width in _shared(bases, needs, self._room(sum(needs.values()))).items():
            if width != head.sectionSize(at):
                head.resizeSection(at, width)
            self._given[at] = head.sectionSize(at)
        if self.wrapping is not None:
            self._share_with_bars(sum(head.sectionSize(at) for at in shown))
            cut = any(self._needs.get(at, 0) > head.sectionSize(at) for at in self._names())
            self._table.set_height(self.wrapping.high if cut else self.wrapping.low)

    def _step_aside(self) -> None:
        """Leave out what may yield, rather than cut off what tells the rows apart."""
        head, asked = self._table.horizontalHeader(), 0
        for at in range(len(self._columns)) if self.yields and self._needs else ():
            if self.is_chosen(at):
                asked += self._least_of(at)
        aside = set()
        for at in self.yields:
            if asked > self._table.viewport().width() and self.is_chosen(at):
                aside.add(at)
                asked -= self._least_of(at)
        for at in aside ^ self._aside:
            head.setSectionHidden(at, at in aside)
        self._aside = aside

    def _least_of(self, at: int) -> int:
        if at not in self._designed:
            return scaled(_READABLE)
        return max(self._needs.get(at, 0), self._head_need(at))

    def _share_with_bars(self, taken: int) -> None:
        """Give the names what they need, as long as the bars keep enough; the bars get the rest."""
        head, width = self._table.horizontalHeader(), self._table.viewport().width()
        left = width - taken - max(scaled(_BESIDE), round(width * _BESIDE_SHARE))
        names = self._names()
        for at in names:
            head.setSectionResizeMode(at, QHeaderView.ResizeMode.Fixed)
            most = max(scaled(_LEAST), left // len(names))
            head.resizeSection(at, min(max(self._needs.get(at, 0), scaled(_LEAST)), most))

    def _room(self, needed: int) -> int | None:
        """Return what the fixed columns may take: as much as they need, if names can be read."""
        names = self._names()
        if not names:
            return None
        width = self._table.viewport().width()
        leasts = {at: max(scaled(_LEAST), self._leasts.get(at, 0)) for at in names}
        asked = sum(
            max(least, min(self._needs.get(at, 0), scaled(_ENOUGH))) for at, least in leasts.items()
        )
        if self.wrapping is not None:
            width -= scaled(_BESIDE)
        return max(width - asked, min(needed, width - sum(leasts.values())))

    def _see_what_was_drawn(self) -> None:
        head = self._table.horizontalHeader()
        for at, given in self._given.items():
            if not head.isSectionHidden(at) and head.sectionSize(at) != given:
                self._drawn[at] = head.sectionSize(at)

    def _need(self, row: int, at: int, beside: int) -> tuple[int, int]:
        """Return the width that a cell needs, and with which its states and figures are whole."""
        index = self._table.model().index(row, at)
        if index.data(GROUP_ROLE) is not None:
            return 0, 0
        rich, column = index.data(CELL_ROLE), self._columns[at]
        if isinstance(rich, Cell):
            return round(cell_width(rich) + beside), round(cell_least(rich) + beside)
        return round(plain_style(column).width(str(index.data() or "")) + beside), 0

    def _head_need(self, at: int) -> int:
        column = self._columns[at]
        if column.marks:
            return 0
        wide = Style("ink2", SMALL, MEDIUM).width(column.header)
        return round(wide + sum(self._table.cell_delegate.padding(at))) + _SPARE


def _shared(bases: dict[int, int], needs: dict[int, int], room: int | None) -> dict[int, int]:
    """Return the widths: as designed or as needed, down to the need where room is short.

    ``room`` is what the columns may take together, None when nothing else wants any.
    """
    wanted = {at: max(base, needs[at]) for at, base in bases.items()}
    total, least = sum(wanted.values()), sum(needs.values())
    if room is None or total <= room:
        return wanted
    if least <= room:
        part = (room - least) / (total - least)
        return {at: int(needs[at] + (wanted[at] - needs[at]) * part) for at in wanted}
    part = max(_SHRINKS_TO, room / least) if least else 1.0  # nothing is shown yet
    return {at: int(needs[at] * part) for at in wanted}
