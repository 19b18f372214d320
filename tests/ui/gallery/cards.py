"""What stands on the pages only while something is open: questions, restores, many hosts."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import cast

from PySide6.QtWidgets import QWidget

from app.domain.backup import BackupSet, CaptureState, SourceKind, StoredObject
from app.domain.fanout import FanOut, HostPart, Part, Tolerance
from app.domain.ids import ChangeId, HostId, RestoreId, SetId
from app.domain.metric import Metric, WindowName
from app.domain.restore import (
    DifferenceKind,
    DifferenceLine,
    HostDifference,
    Move,
    MoveHow,
    Restore,
    RestoreState,
    RestoreWish,
)
from app.domain.run import StepRun, StepState
from app.domain.runbook import OnFail, Step, StepKind
from app.services.metric.imports import FileImport, Outlook
from app.services.run.gate_facts import FactState, GateFact
from tests.ui.gallery.sample import NOW, ZONE, sheet
from ui.context import UiContext
from ui.models.rows import RowsModel
from ui.operations.restores import Compared
from ui.pages.backups.putting import WayBack
from ui.pages.backups.settle import SettleCard
from ui.pages.metrics.importing import ImportPanel
from ui.pages.run.cards import DangerCard, LateCard, ManualCard, NotifyCard, TroubleCard
from ui.pages.run.gate_card import GateCard
from ui.widgets.fan_out import COLUMNS, FanOutPanel
from ui.widgets.layout import column, panel, row

_NOWHERE = cast("UiContext", SimpleNamespace())


def _waiting(step: Step, state: StepState = StepState.WAITING, **fields: object) -> StepRun:
    return replace(StepRun(step, state, started_at=NOW), **fields)


GATE = Step(
    "g", "Go or no-go: open the orders for everybody", StepKind.GATE, answer="GO db-01",
    instructions="After “go” the new database takes orders.", point_of_no_return=True,
)  # fmt: skip
FACTS = (
    GateFact(FactState.GOOD, "Passed", "Check the row counts of 14 tables", "02:31", ("f7-a1",)),
    GateFact(FactState.WATCH, "Behind", "Elapsed against the plan", "9 min"),
    GateFact(FactState.GOOD, "L4 restored", "Backup of db-01, 2 h old", "32 min", ("01a2-77",)),
    GateFact(FactState.BAD, "Failed", "Last health check of db-02", "1 of 14"),
)


def questions() -> QWidget:
    """Every question that a run asks."""
    gate = GateCard(_waiting(GATE), "", late=False, backs_out=True)
    gate.facts.set_facts(FACTS)
    gate.show_until(_waiting(GATE), ZONE, "Answered as Nomsa Khumalo.")
    other = GateCard(_waiting(GATE), "Only Pieter van Wyk answers this gate.", late=True,
                     backs_out=True)  # fmt: skip
    other.show_until(_waiting(GATE), ZONE, "")
    look = Step("m", "Look at the orders page", StepKind.MANUAL, proof=True,
                instructions="Open it and place an order of 1 cent.")  # fmt: skip
    tell = Step("n", "Say that it begins", StepKind.NOTIFY, recipients="Service desk, all shops",
                instructions="The shop closes at 01:00 for 30 minutes.")  # fmt: skip
    wipe = Step("w", "Wipe the old disk", StepKind.COMMAND, command="mkfs.ext4 /dev/sdb")
    alter = Step("c", "Alter the orders table", StepKind.COMMAND, on_fail=OnFail.BACK_OUT)
    failed = _waiting(alter, StepState.FAILED, outcome="exit 1: relation “orders” is in use")
    unknown = _waiting(alter, StepState.UNKNOWN, job="j1",
                       outcome="Sent to db-01 02:33:20 UTC, then the program ended")  # fmt: skip
    left = column(
        gate, other, LateCard(_waiting(GATE), "03:00", backs_out=True),
        ManualCard(_NOWHERE, _waiting(look)), None, gap=24,
    )  # fmt: skip
    right = column(
        NotifyCard(_waiting(tell)), DangerCard(_waiting(wipe), "RUN db-01", "db-01"),
        TroubleCard(failed, backs_out=True), TroubleCard(unknown, backs_out=True), None, gap=24,
    )  # fmt: skip
    return sheet(_halves(panel(left), panel(right)), width=1160)


BACKED_UP = BackupSet(
    SetId("01a219ee-0b36"), None, HostId("db-01"), "db-01", CaptureState.CAPTURED, NOW, NOW, 92.0,
    (
        StoredObject("o1", SourceKind.FILES, "/etc/postgresql", CaptureState.CAPTURED),
        StoredObject("o2", SourceKind.POSTGRESQL, "orders", CaptureState.CAPTURED),
    ),
    "9c41e07a" * 8, "",
)  # fmt: skip
LINES = (
    DifferenceLine(DifferenceKind.CHANGED, "/etc/postgresql/16/main/postgresql.conf", "size, time"),
    DifferenceLine(DifferenceKind.NEW, "/etc/postgresql/16/main/conf.d/cache.conf", "1.2 kB"),
    DifferenceLine(DifferenceKind.GONE, "/etc/postgresql/16/main/pg_ident.conf", "640 B"),
)


def _restore(state: RestoreState, trouble: str = "") -> Restore:
    moves = (Move(MoveHow.ASIDE, "/etc/postgresql", "/etc/postgresql.changedesk-old-a429de90"),)
    return Restore(
        RestoreId("r"), SetId("s"), ChangeId("c"), HostId("db-01"), "db-01", "a429de90", state,
        "Sipho Dlamini", NOW, what="/etc/postgresql, orders", moves=moves, duration_s=1920.0,
        trouble=trouble,
    )  # fmt: skip


def restores() -> QWidget:
    """A restore in every state that waits for somebody, and what it would change."""
    trouble = "The link to db-01 was lost during the swap."
    states = (
        (RestoreState.PREPARING, ""), (RestoreState.PREPARING, trouble),
        (RestoreState.SWAPPING, trouble), (RestoreState.HALF, trouble),
        (RestoreState.SWAPPED, ""), (RestoreState.UNDONE, ""),
    )  # fmt: skip
    found = HostDifference(
        BACKED_UP.id, NOW, LINES,
        {DifferenceKind.CHANGED: 1, DifferenceKind.NEW: 1, DifferenceKind.GONE: 1}, 412,
        "compared by size and time", ("orders: its tables are compared by their row counts only",),
    )  # fmt: skip
    differs, same = WayBack(BACKED_UP, zone=ZONE), WayBack(BACKED_UP, zone=ZONE)
    differs.show_difference(Compared(found, RestoreWish()))
    same.show_difference(Compared(replace(found, lines=(), counts={}, unknown=()), RestoreWish()))
    left = column(*(SettleCard(_restore(*state), ZONE) for state in states), None, gap=16)
    right = column(differs, same, None, gap=32)
    return sheet(_halves(panel(left), panel(right)), width=1160)


def many() -> QWidget:
    """A check of many hosts under way and one that was stopped; a file of samples."""
    panels = []
    for going in (True, False):
        fan = FanOutPanel(RowsModel(COLUMNS))
        hosts = {HostId(f"web-{n:02}"): f"web-{n:02}" for n in range(1, 7)}
        fan.begin("Checking 6 hosts", hosts)
        last = Part.GOING if going else Part.STOPPED
        states = (Part.DONE, Part.FAILED, Part.UNREACHABLE, Part.UNKNOWN, last, Part.WAITING)
        texts = ("16 OK", "exit 1: no space left", "no answer within 10 s", "the link was lost")
        parts = [
            HostPart(host, at // 3, state, texts[at] if at < len(texts) else "")
            for at, (host, state) in enumerate(zip(hosts, states, strict=True))
        ]
        fan.show_now(FanOut(tuple(parts), Tolerance()), going=going)
        fan.setFixedHeight(320)
        panels.append(fan)
    preview = ImportPanel()
    begin = NOW - timedelta(days=1)
    shown = tuple((begin + timedelta(minutes=5 * n), 180.0 + n * 7 % 41) for n in range(8))
    wanted = FileImport("c", "m", Path("response-times.csv"), "p95 (ms)", ZONE)
    windows = {WindowName.BEFORE: 288, WindowName.AFTER: 271}
    outlook = Outlook(
        wanted=wanted,
        names=("p95 (ms)", "p50 (ms)"),
        rows=2016,
        first=begin,
        last=NOW,
        missing=3,
        odd=(),
        rejected_rows=0,
        rejected=(),
        samples=windows,
        days=5,
        shown=shown,
    )
    preview.show_outlook(outlook, Metric("m", "Checkout response time, p95", "ms"), ZONE)
    preview.setFixedHeight(560)
    return sheet(*panels, preview, width=1160)


def _halves(left: QWidget, right: QWidget) -> QWidget:
    both = row(left, right, gap=32)
    both.setStretch(0, 1)
    both.setStretch(1, 1)
    return panel(both)
