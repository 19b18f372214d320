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
    windows = WindowStrip()
    windows.set_windows(
        NOW,
        ZONE,
        (
            PlannedWindow(START, START + timedelta(hours=3), "Orders", tone="ink"),
            PlannedWindow(NOW + timedelta(days=2), NOW + timedelta(days=2, hours=6), "OpenSSL"),
            PlannedWindow(
                NOW + timedelta(days=12), NOW + timedelta(days=16), "freeze", freeze=True
            ),
        ),
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
        windows,
        PartsBar((("Fetch, decrypt", 370), ("Restore", 1180), ("Analyze", 206), ("Compare", 170))),
        RiskMatrix(RiskScore(Grade.HIGH, Grade.HIGH), RiskScore(Grade.MODERATE, Grade.MODERATE)),
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
