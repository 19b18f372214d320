"""A page with every widget of the kit in every state, to be looked at.

``python -m tests.ui.gallery OUT [--theme dark] [--scale 2]`` writes one picture per sheet.
"""

import argparse
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from PySide6.QtWidgets import QWidget

from app.analysis.chart_model import ChartInput, ChartModel, before_after_chart
from app.analysis.placebo_strip import placebo_strip
from app.domain.metric import Series, Target
from app.domain.risk import Grade
from ui.cells import (
    Badge,
    Cell,
    Column,
    Group,
    Interval,
    Mark,
    Risk,
    Rung,
    Words,
)
from ui.charts.before_after import BeforeAfterChart
from ui.charts.live import LiveChart, LiveLook
from ui.charts.placebo import PlaceboStrip
from ui.messages import Message, MessageAction, Tone
from ui.models.rows import RowsModel
from ui.widgets import buttons as b
from ui.widgets.badges import RiskBadge, StateBadge
from ui.widgets.banner import Banner
from ui.widgets.confirm import Consequence, TypedConfirmation
from ui.widgets.countdown import Countdown
from ui.widgets.empty import EmptyState, ghost_chart
from ui.widgets.facts import FactStrip, KeyValues, SectionTitle
from ui.widgets.fields import ChoiceField, FlagField, Form, LineField, PickField, TextField
from ui.widgets.intervals import IntervalBar
from ui.widgets.labels import Label, body, meta, mono, panel_title, quiet, title
from ui.widgets.layout import Line, card, column, panel, row
from ui.widgets.levels import LevelLadder, LevelSquares, LevelStep
from ui.widgets.moment_field import MomentField
from ui.widgets.page import PageHeader
from ui.widgets.run_bars import BarDelegate, Legend, Marks, RunStrip, StepBar, Strip, TimeScale
from ui.widgets.search import FilterChips, SearchField
from ui.widgets.stage_rail import Need, NeedsBox, StageRail, stage_area
from ui.widgets.table import Rows, Table
from ui.widgets.tabs import Tabs
from ui.widgets.tiles import Kpi, TileRow, Trend
from ui.widgets.transcript import Said, Transcript, TranscriptLine

ZONE = "Africa/Johannesburg"
START = datetime(2026, 11, 14, 23, 0, tzinfo=UTC)
NOW = START + timedelta(hours=1, minutes=33, seconds=20)
STAGES = (
    "Identify",
    "Communicate",
    "Plan",
    "Agree",
    "Schedule",
    "Implement",
    "Test",
    "Monitor",
    "Document",
    "Evaluate",
)


def now() -> datetime:
    return NOW


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


DONE, TODO = Badge(Mark.DONE, "Done"), Badge(Mark.MISSING, "To do", "ink2")
STEPS = (
    Step(1, "Turn on the maintenance page", DONE, "app-01", 0, 3, 0, 3.2),
    Step(2, "Health checks, before", DONE, "3 hosts", 0, 6, 0, 6.7),
    Step(4, "Safety backup of orders", DONE, "db-01", 8, 24, 10, 27.7),
    Step(9, "Rebuild the standby", Badge(Mark.RUNNING, "Running"), "db-02", 68, 34, 76.7, 0),
    Step(12, "Go or no-go: open orders", Badge(Mark.GATE, "Waiting"), "Nomsa", 81, 5, -1, 0),
    Step(14, "Confirm replication, close", TODO, "db-02", 102, 6, -1, 0),
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


def sheet(*items: QWidget | None, width: int) -> QWidget:
    widget = panel(column(*items, gap=16, margins=(24, 20, 24, 20)), "surface")
    widget.setFixedWidth(width)
    return widget


def basics() -> QWidget:
    blocked = b.primary("Start run")
    blocked.block("Needs 5 of 8 conditions")
    header = PageHeader("Backups", "23 sets in the vault, 168 GB used, 412 GB free.")
    header.add(b.secondary("Retention", "clock"), b.primary("Take a backup"))
    rail = StageRail(STAGES, 4)
    box = NeedsBox(rail)
    box.set_needs(
        "Implement",
        (
            Need(
                "Baseline complete",
                "13 h 20 min of 24 h collected, 4 of 4 key measures",
                "at 01:00",
            ),
            Need(
                "Contacts reachable",
                "Thabo Molefe, on call for app-01, has not confirmed",
                "needs you",
                due=True,
            ),
        ),
        8,
        5,
    )
    tiles = TileRow(
        (
            Kpi("Clean success", "85 %", "17 of 20", "up from 15 of 19", Trend.UP, "x"),
            Kpi("Inside the window", "95 %", "19 of 20", "was 19 of 19", Trend.DOWN, "x"),
            Kpi("Backed out", "1", "of 20", "was 2 of 19", Trend.DOWN, "x"),
            Kpi("Restore-tested backup", "90 %", "18 of 20", "up from 12 of 19", Trend.UP, "x"),
            Kpi("Reviews overdue", "1", "of 3 due", "CHG-000131", Trend.WATCH),
        )
    )
    return sheet(
        header,
        panel(
            row(
                b.primary("Answer the gate", "diamond"),
                b.secondary("New change", "plus", "N"),
                b.danger("Back out", "undo"),
                b.WithReason(blocked),
                b.icon_button("more", "More"),
                b.Button("Copy", icon="copy", tall=b.Tall.COMPACT),
                b.Button("Pause", icon="pause", tall=b.Tall.TALL),
                b.link("All verdicts"),
                None,
            )
        ),
        panel(
            row(
                *(StateBadge(Badge(mark, mark.name.title())) for mark in list(Mark)[:11]),
                None,
                gap=16,
            )
        ),
        panel(
            row(
                *(StateBadge(Badge(mark, mark.name.title())) for mark in list(Mark)[11:]),
                None,
                gap=16,
            )
        ),
        panel(
            row(
                *(RiskBadge(grade) for grade in (None, *Grade)),
                RiskBadge(Grade.HIGH, Grade.MODERATE),
                None,
                gap=16,
            )
        ),
        FactStrip(
            (
                ("State", StateBadge(Badge(Mark.SCHEDULED, "Scheduled", "ink"))),
                ("Type", "Normal"),
                ("Risk", RiskBadge(Grade.HIGH, Grade.MODERATE)),
                ("Window", "Sun 15 Nov 2026 01:00–04:00 SAST"),
                ("Hosts", "db-01, db-02"),
            )
        ),
        stage_area(rail, box),
        Tabs(("Overview", "Plan", "Schedule", "Backup", "Run", "Metrics")),
        tiles,
        panel(
            row(
                title("Title 20/600"),
                panel_title("Panel 15/600"),
                Label("Body"),
                quiet("quiet"),
                meta("small"),
                mono("9c41e07a"),
                Label("28 figure", size=28, weight=600),
                None,
                gap=16,
            )
        ),
        width=1192,
    )


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


def messages() -> QWidget:
    error = Banner(
        Message(
            "Failed: the safety backup of db-01 stopped",
            Tone.ERROR,
            "db-01, writing to the vault",
            "4, safety backup of orders, at 01:20:34 SAST",
            "The vault disk is full: 0.4 GB free",
            "db-01 is unchanged, version 14 is running",
            "Free 9 GB, or choose another vault folder, and run step 4 again.",
            "$ pg_dump -Fc\nwrite: ENOSPC <b>\nexit 1",
            (MessageAction("Choose another folder", print), MessageAction("Back out", print)),
        )
    )
    error._fold.setChecked(True)
    warning = Banner(Message("The key of db-02 is not confirmed", Tone.WARNING, next="Compare it."))
    form = Form(2)
    name = LineField("Name", "As it is called in the log", placeholder="db-01")
    form.add("name", name)
    address = LineField("Address")
    address.set_value("10.0.0.256")
    form.add("address", address)
    form.add("login", ChoiceField("Login", (("agent", "SSH agent"), ("key", "Key file"))))
    form.add("secret", LineField("Password", secret=True))
    form.add("text", TextField("What is wrong", lines=3), wide=True)
    when = MomentField("Starts", (ZONE, "Europe/Berlin"))
    when.set_value(START, ZONE)
    form.add("when", when, wide=True)
    form.add("flag", FlagField("Service", "Users are without it", "It counts as downtime"))
    pick = PickField("Hosts", (("1", "db-01"), ("2", "db-02")))
    pick.set_value(("1",))
    form.add("hosts", pick)
    address.set_error("This is not an address. Use a name or 4 numbers up to 255.")
    empty = EmptyState(
        "No baseline yet",
        "Choose up to 12 measures and take the baseline now, so that "
        "the report can say what the change made better or worse.",
        b.primary("Choose measures"),
        takes="takes about 2 min",
        ghost=ghost_chart,
    )
    left = panel(
        column(error, warning, card(column(body("A card " * 20), margins=(12, 12, 12, 12))), None)
    )
    return sheet(panel(row(left, form, gap=24)), empty, width=1100)


def chart_model() -> ChartModel:
    rng = np.random.default_rng(7)
    day, step = 86400.0, 300.0
    t0 = datetime(2026, 11, 13, 23, 0, tzinfo=UTC).timestamp()
    change = (t0 + day, t0 + day + 7080)

    def load(at: np.ndarray) -> np.ndarray:
        hour = (at - t0) / 3600 % 24
        return 340 + 200 * np.exp(-((hour - 12.5) ** 2) / 18)

    def noisy(begin: float, end: float, size: float, share: float = 1.0) -> Series:
        at = np.arange(begin, end, step)
        noise = np.convolve(rng.normal(0, size, at.size + 8), np.ones(9) / 3, "valid")
        return Series(at, load(at) * share + noise)

    after = (change[1] + 600, change[1] + 600 + day)
    return before_after_chart(
        ChartInput(
            "Checkout response time, p95",
            "ms",
            noisy(t0, t0 + day, 8),
            noisy(*after, 8, 0.68),
            (t0, t0 + day),
            after,
            change,
            ZONE,
            Target(350.0),
            tuple(noisy(t0, after[1], 14) for _ in range(7)),
            412.0,
            301.0,
            "mean",
        )
    )


def seconds_model() -> ChartModel:
    t0 = datetime(2026, 11, 15, 10, 0, 3, tzinfo=UTC).timestamp()
    at = np.arange(t0, t0 + 20, 0.25)
    return before_after_chart(
        ChartInput(
            "Response time",
            "ms",
            Series(at, 80 + 10 * np.sin(at * 3)),
            Series(at + 31, 22 + 4 * np.sin(at * 5)),
            (t0, t0 + 20),
            (t0 + 31, t0 + 51),
            (t0 + 21, t0 + 29),
            ZONE,
        )
    )


def charts() -> QWidget:
    big, small, strip = BeforeAfterChart(), BeforeAfterChart(), PlaceboStrip()
    live = LiveChart(LiveLook("%", ZONE, 900, 90))
    big.set_model(chart_model())
    big.setFixedHeight(420)
    small.set_model(seconds_model())
    strip.set_model(placebo_strip(-0.27, (-0.33, -0.2), (-0.055, -0.03, 0.01, 0.02, 0.05), 0.1))
    at = np.arange(0, 900, 5.0) + datetime(2026, 11, 15, tzinfo=UTC).timestamp()
    live.set_series(
        {
            "db-01": Series(at, 40 + 10 * np.sin(at / 90)),
            "db-02": Series(at, 30 + 8 * np.cos(at / 60)),
        }
    )
    side = panel(column(small, live, gap=16))
    widget = sheet(panel(row(panel(column(big, strip, gap=16)), side, gap=24)), width=1200)
    widget.setFixedHeight(560)
    return widget


SHEETS = {"charts": charts, "basics": basics, "lists": lists, "run": run, "messages": messages}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("out", type=Path)
    parser.add_argument("--theme", default="light")
    parser.add_argument("--scale", default="1")
    args = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.environ["QT_SCALE_FACTOR"] = args.scale

    from ui.application import build_application
    from ui.theme import Mode, Theme

    application = build_application()
    Theme(application, Mode(args.theme))
    args.out.mkdir(parents=True, exist_ok=True)
    for name, build in SHEETS.items():
        widget = build()
        widget.show()
        widget.adjustSize()
        application.processEvents()
        application.processEvents()
        widget.grab().save(str(args.out / f"{name}-{args.theme}-{args.scale}.png"))
        widget.hide()


if __name__ == "__main__":
    main()
