"""Lists and tables in all their row heights, ladders and intervals."""

from PySide6.QtWidgets import QWidget

from app.domain.risk import Grade
from tests.ui.gallery.sample import sheet
from ui.cells import (
    Badge,
    Cell,
    Column,
    Group,
    Interval,
    Mark,
    Risk,
    Rung,
)
from ui.models.rows import RowsModel
from ui.widgets import buttons as b
from ui.widgets.facts import KeyValues, SectionTitle
from ui.widgets.intervals import IntervalBar
from ui.widgets.layout import column, panel, row
from ui.widgets.levels import LevelLadder, LevelSquares, LevelStep
from ui.widgets.search import FilterChips, SearchField
from ui.widgets.table import Rows, Table


class Measure:
    """A row of the verdict table."""

    def __init__(
        self, name: str, verdict: Badge, host: str, values: str, interval: Interval
    ) -> None:
        self.id, self.verdict, self.host, self.values = name, verdict, host, values
        self.interval = interval


MEASURES = (
    Group("Key measures", "decide the verdict"),
    Measure(
        "Orders per minute",
        Badge(Mark.SAME, "No material change"),
        "app-01",
        "184 → 186 /min",
        Interval(0.01, -0.03, 0.04, 0.05),
    ),
    Measure(
        "Checkout response time, p95",
        Badge(Mark.GOOD, "Improved"),
        "app-01",
        "412 → 301 ms",
        Interval(-0.27, -0.33, -0.2, 0.1, "good"),
    ),
    Group("Other measures", "can make it mixed"),
    Measure(
        "Memory in use",
        Badge(Mark.BAD, "Regressed"),
        "db-01",
        "41.2 → 47.8 GB",
        Interval(0.16, 0.11, 0.21, 0.05, "bad"),
    ),
    Measure(
        "Replication delay",
        Badge(Mark.UNKNOWN, "Not enough data"),
        "db-02",
        "0.80 → 0.87 s",
        Interval(0.09, -0.06, 0.26, 0.1, "unknown", sure=False),
    ),
    Measure(
        "Nightly export time",
        Badge(Mark.MISSING, "Not measured"),
        "app-01",
        "first run",
        Interval(),
    ),
    Measure(
        "Far away",
        Badge(Mark.BAD, "Regressed"),
        "app-01",
        "1 → 3 s",
        Interval(0.9, 0.3, 1.8, 0.1, "bad"),
    ),
)


def verdict_table() -> Table:
    columns = (
        Column[Measure](
            "Measure and verdict",
            lambda m: m.id,
            key=lambda m: m.id,
            cell=lambda m: Cell((m.id,), (m.verdict, m.host)),
        ),
        Column[Measure](
            "Before → after",
            lambda m: m.values,
            width=140,
            right=True,
            cell=lambda m: Cell((m.values,), ("≤ 350 ms, met",), right=True),
        ),
        Column[Measure](
            "",
            marks=("−40", "0", "+40 %"),
            text=lambda m: m.interval.sentence,
            width=152,
            cell=lambda m: Cell((m.interval,)),
        ),
    )
    table = Table(RowsModel(columns), rows=Rows.VERDICT, margin=24)
    table.set_rows(MEASURES)
    table.select("Checkout response time, p95")
    return table


class ChangeItem:
    """A row of the change list."""

    def __init__(self, number: int, name: str, state: Badge, when: str, risk: Grade | None) -> None:
        self.id, self.name, self.state, self.when, self.risk = number, name, state, when, risk


CHANGES = (
    ChangeItem(
        142,
        "Upgrade the orders database to PostgreSQL 16",
        Badge(Mark.SCHEDULED, "Scheduled"),
        "Sun 15 Nov 01:00",
        Grade.HIGH,
    ),
    ChangeItem(
        145,
        "Patch OpenSSL on the web tier",
        Badge(Mark.SCHEDULED, "Scheduled"),
        "Tue 17 Nov 20:00",
        Grade.LOW,
    ),
    ChangeItem(
        131,
        "Replace the branch VPN concentrator",
        Badge(Mark.WATCH, "Review overdue"),
        "ended Sun 1 Nov",
        Grade.MODERATE,
    ),
    ChangeItem(
        149,
        "Fix the repeating invoice export error with <b>a long title</b> that is cut",
        Badge(Mark.DRAFT, "Draft"),
        "no window yet",
        None,
    ),
)


def change_list() -> Table:
    def look(item: ChangeItem) -> Cell:
        below = (f"CHG-000{item.id}", item.state, item.when)
        return Cell((item.name,), below, stops=(0, 88, 204), below_end=Risk(item.risk))

    table = Table(
        RowsModel((Column[ChangeItem]("", lambda c: c.name, cell=look),)),
        rows=Rows.TWO_LINES,
        header=False,
    )
    table.set_rows(CHANGES)
    table.select(142)
    return table


def plain_table(height: Rows) -> Table:
    columns = (
        Column[tuple[str, ...]]("Object", lambda r: r[0], lambda r: r[0], mono=True),
        Column[tuple[str, ...]]("What", lambda r: r[1], tone="ink2"),
        Column[tuple[str, ...]]("Stored", lambda r: r[2], lambda r: r[2], width=90, right=True),
    )
    table = Table(RowsModel(columns), rows=height, row_id=lambda r: r[0])
    table.set_rows(
        [("orders.dump", "pg_dump, 171 tables", "16.8 GB"), ("globals.sql", "roles", "0.01 MB")]
    )
    return table


def lists() -> QWidget:
    rungs = (Rung.REACHED, Rung.REACHED, Rung.RUNNING, Rung.FAILED, Rung.OPEN)
    left = panel(
        column(
            SectionTitle("Changes", "11 of 149", b.link("All")),
            SearchField("Number, title, description"),
            chips(),
            change_list(),
            plain_table(Rows.NORMAL),
            plain_table(Rows.COMPACT),
            gap=12,
        )
    )
    ladder = LevelLadder(
        (
            LevelStep("L0", "captured", Rung.REACHED, "13:46", "exit 0, end seen"),
            LevelStep("L1", "intact", Rung.REACHED, "13:49", "all bytes re-read"),
            LevelStep("L2", "readable", Rung.FAILED, "13:57", "jobs.tar ends early"),
            LevelStep("L3", "matches the source", Rung.RUNNING, "", "running"),
            LevelStep("L4", "restored"),
        )
    )
    right = panel(
        column(
            verdict_table(),
            ladder,
            panel(
                row(
                    LevelSquares(rungs, Badge(Mark.RUNNING, "L1 running")),
                    IntervalBar(Interval(0.1, 0, 0.2)),
                    None,
                    gap=16,
                )
            ),
            KeyValues(
                (
                    ("Needed", "L3, because the inherent risk is High"),
                    ("Age at start", "11 h 14 min"),
                )
            ),
            gap=12,
        )
    )
    left.setFixedWidth(420)
    widget = sheet(panel(row(left, right, gap=24)), width=1240)
    widget.setFixedHeight(900)
    return widget


def chips() -> FilterChips:
    made = FilterChips(("My open", "This week", "Awaiting approval"))
    made.set_counts((11, 4, 2))
    return made
