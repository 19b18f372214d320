"""Headers, buttons, badges, the stage rail, tiles and type."""

from datetime import timedelta

from PySide6.QtWidgets import QWidget

from app.domain.risk import Grade, RiskScore
from tests.ui.gallery.sample import NOW, STAGES, START, ZONE, sheet
from ui.cells import (
    Badge,
    Mark,
)
from ui.widgets import buttons as b
from ui.widgets.badges import StateBadge
from ui.widgets.facts import FactStrip
from ui.widgets.labels import Label, meta, mono, panel_title, quiet, title
from ui.widgets.layout import panel, row
from ui.widgets.page import PageHeader
from ui.widgets.risk_badge import RiskBadge
from ui.widgets.risk_matrix import RiskMatrix
from ui.widgets.stage_rail import Need, NeedsBox, StageRail, stage_area
from ui.widgets.strips import PartsBar, PlannedWindow, WindowStrip
from ui.widgets.tabs import Tabs
from ui.widgets.tiles import Kpi, TileRow, Trend


def basics() -> QWidget:
    header = PageHeader("Backups", "23 sets in the vault, 168 GB used, 412 GB free.")
    header.add(b.secondary("Retention", "clock"), b.primary("Take a backup"))
    return sheet(
        header,
        buttons(),
        marks(list(Mark)[:11]),
        marks(list(Mark)[11:]),
        risks(),
        facts(),
        stages(),
        Tabs(("Overview", "Plan", "Schedule", "Backup", "Run", "Metrics")),
        tiles(),
        windows(),
        PartsBar((("Fetch, decrypt", 370), ("Restore", 1180), ("Analyze", 206), ("Compare", 170))),
        RiskMatrix(RiskScore(Grade.HIGH, Grade.HIGH), RiskScore(Grade.MODERATE, Grade.MODERATE)),
        type_styles(),
        width=1192,
    )


def buttons() -> QWidget:
    blocked = b.primary("Start run")
    blocked.block("Needs 5 of 8 conditions")
    items = (
        b.primary("Answer the gate", "diamond"),
        b.secondary("New change", "plus", "N"),
        b.danger("Back out", "undo"),
        b.WithReason(blocked),
        b.icon_button("more", "More"),
        b.Button("Copy", icon="copy", tall=b.Tall.COMPACT),
        b.Button("Pause", icon="pause", tall=b.Tall.TALL),
        b.link("All verdicts"),
    )
    return panel(row(*items, None))


def marks(some: list[Mark]) -> QWidget:
    badges = (StateBadge(Badge(mark, mark.name.title())) for mark in some)
    return panel(row(*badges, None, gap=16))


def risks() -> QWidget:
    grades = (RiskBadge(grade) for grade in (None, *Grade))
    return panel(row(*grades, RiskBadge(Grade.HIGH, Grade.MODERATE), None, gap=16))


def facts() -> QWidget:
    return FactStrip(
        (
            ("State", StateBadge(Badge(Mark.SCHEDULED, "Scheduled", "ink"))),
            ("Type", "Normal"),
            ("Risk", RiskBadge(Grade.HIGH, Grade.MODERATE)),
            ("Window", "Sun 15 Nov 2026 01:00–04:00 SAST"),
            ("Hosts", "db-01, db-02"),
        )
    )


def stages() -> QWidget:
    rail = StageRail(STAGES, 4)
    box = NeedsBox(rail)
    baseline = "13 h 20 min of 24 h collected, 4 of 4 key measures"
    contact = "Thabo Molefe, on call for app-01, has not confirmed"
    needs = (
        Need("Baseline complete", baseline, "at 01:00"),
        Need("Contacts reachable", contact, "needs you", due=True),
    )
    box.set_needs("Implement", needs, 8, 5)
    return stage_area(rail, box)


def tiles() -> QWidget:
    return TileRow(
        (
            Kpi("Clean success", "85 %", "17 of 20", "up from 15 of 19", Trend.UP, "x"),
            Kpi("Inside the window", "95 %", "19 of 20", "was 19 of 19", Trend.DOWN, "x"),
            Kpi("Backed out", "1", "of 20", "was 2 of 19", Trend.DOWN, "x"),
            Kpi("Restore-tested backup", "90 %", "18 of 20", "up from 12 of 19", Trend.UP, "x"),
            Kpi("Reviews overdue", "1", "of 3 due", "CHG-000131", Trend.WATCH),
        )
    )


def windows() -> QWidget:
    later = NOW + timedelta(days=2)
    freeze = NOW + timedelta(days=12)
    strip = WindowStrip()
    planned = (
        PlannedWindow(START, START + timedelta(hours=3), "Orders", tone="ink"),
        PlannedWindow(later, later + timedelta(hours=6), "OpenSSL"),
        PlannedWindow(freeze, freeze + timedelta(days=4), "freeze", freeze=True),
    )
    strip.set_windows(NOW, ZONE, planned)
    return strip


def type_styles() -> QWidget:
    labels = (
        title("Title 20/600"),
        panel_title("Panel 15/600"),
        Label("Body"),
        quiet("quiet"),
        meta("small"),
        mono("9c41e07a"),
        Label("28 figure", size=28, weight=600),
    )
    return panel(row(*labels, None, gap=16))
