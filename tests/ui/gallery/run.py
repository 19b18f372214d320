"""A run: strip, clocks, step table, transcript, typed confirmation."""

from datetime import timedelta

from PySide6.QtWidgets import QWidget

from tests.ui.gallery.sample import NOW, START, ZONE, now, sheet
from ui.cells import (
    Badge,
    Cell,
    Column,
    Mark,
    Words,
)
from ui.models.rows import RowsModel
from ui.widgets.confirm import Consequence, TypedConfirmation
from ui.widgets.countdown import Countdown
from ui.widgets.layout import Line, panel, row
from ui.widgets.run_bars import BarDelegate, Legend, Marks, RunStrip, StepBar, Strip, TimeScale
from ui.widgets.table import Rows, Table
from ui.widgets.transcript import Said, Transcript, TranscriptLine


class Step:
    """A row of the step table."""

    def __init__(self, number: int, name: str, state: Badge, place: str, *minutes: float) -> None:
        self.id, self.name, self.state, self.place = number, name, state, place
        plan, length, began, took = minutes
        started = START + timedelta(minutes=began) if began >= 0 else None
        running = state.mark is Mark.RUNNING
        self.bar = StepBar(
            START + timedelta(minutes=plan),
            START + timedelta(minutes=plan + length),
            started,
            None if running or started is None else started + timedelta(minutes=took),
            started + timedelta(minutes=length) if running and started else None,
            current=running,
        )
        self.plan, self.actual = f"{length:.0f}:00", f"{took:.0f}:10" if took else "–"


DONE, LATER = Badge(Mark.DONE, "Done"), Badge(Mark.MISSING, "To do", "ink2")
STEPS = (
    Step(1, "Turn on the maintenance page", DONE, "app-01", 0, 3, 0, 3.2),
    Step(2, "Health checks, before", DONE, "3 hosts", 0, 6, 0, 6.7),
    Step(4, "Safety backup of orders", DONE, "db-01", 8, 24, 10, 27.7),
    Step(9, "Rebuild the standby", Badge(Mark.RUNNING, "Running"), "db-02", 68, 34, 76.7, 0),
    Step(12, "Go or no-go: open orders", Badge(Mark.GATE, "Waiting"), "Nomsa", 81, 5, -1, 0),
    Step(14, "Confirm replication, close", LATER, "db-02", 102, 6, -1, 0),
)


def step_table() -> Table:
    columns = (
        Column[Step]("#", lambda s: str(s.id), width=40, right=True, tone="ink2"),
        Column[Step](
            "Step",
            lambda s: s.name,
            cell=lambda s: Cell((Words(s.name),), (s.state, s.place)),
        ),
        Column[Step]("Plan", lambda s: s.plan, width=64, right=True, tone="ink2"),
        Column[Step]("Actual", lambda s: s.actual, width=64, right=True),
        Column[Step]("", lambda s: "", width=260),
    )
    table = Table(RowsModel(columns), rows=Rows.STEP)
    scale = TimeScale(START, START + timedelta(hours=2, minutes=10), ZONE)
    marks = Marks(NOW, START + timedelta(hours=2))
    table.setItemDelegateForColumn(4, BarDelegate(scale, marks, table))
    table.set_rows(STEPS)
    table.select(9)
    return table


def run() -> QWidget:
    end = START + timedelta(hours=3)
    strip = RunStrip(
        Strip(
            TimeScale(START, end, ZONE),
            NOW,
            START + timedelta(minutes=108),
            START + timedelta(minutes=117),
            START + timedelta(hours=2),
        )
    )
    left = Countdown("Left to start a roll-back", now)
    left.set_target(START + timedelta(hours=2), "until 03:00 = 04:00 − 32 min × 1.5 − 12 min")
    up = Countdown("Elapsed", now, upwards=True)
    up.set_target(START, "9 min behind plan", "watch")
    over = Countdown("Left", now)
    over.set_target(NOW - timedelta(seconds=130))
    transcript = Transcript()
    transcript.set_lines(
        (
            TranscriptLine("$ sudo -n systemctl stop postgresql@14-main", "02:16:41", Said.COMMAND),
            TranscriptLine("exit 0 after 2.8 s", "02:16:44", Said.NOTE),
            TranscriptLine("pg_basebackup: initiating base backup", "02:16:46"),
            TranscriptLine("colour \x1b[31mred\x1b[0m and <b>bold</b> =cmd()", "02:17:02"),
            TranscriptLine("pg_basebackup: error: no space", "02:17:03", Said.ERROR),
        )
    )
    transcript.setFixedHeight(140)
    confirm = TypedConfirmation(
        Consequence(
            "Restore to db-01",
            "Replaces orders and invoicing on db-01, closed for 32 min.",
            "312 orders placed since 13:22 would be lost (dry run, 14:50)",
            "The present ones stay as orders_before.",
            "a safety set is taken first",
        ),
        "db-01 1114-1322",
        "Restore to db-01",
    )
    confirm.field.setText("db-01 1114")
    table = step_table()
    table.setFixedHeight(320)
    return sheet(
        panel(row(up, strip, left, over, gap=32)),
        Line(),
        table,
        Legend(),
        transcript,
        confirm,
        width=1000,
    )
