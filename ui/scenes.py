"""What a page shows only once somebody has pressed something: each gets a picture of its own.

A scene is a few acts, done one after the other as a person would; one that finds nothing to press,
because the data has no such thing, is left out. Nothing is sent, and nothing is kept.
"""

import zipfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QAbstractButton, QApplication, QScrollArea, QWidget

from app.domain.metric import WindowName
from app.services.facade import AppServices
from ui.actions import PALETTE, SHORTCUTS
from ui.pages.changes.repeat_days import RepeatDays
from ui.shell.palette import Palette
from ui.widgets.base_table import BaseTable
from ui.widgets.page import Page
from ui.widgets.set_copies import SetCopies


@dataclass(frozen=True, slots=True)
class Stage:
    """Where a scene plays: the page in sight, and a folder for files that it opens."""

    page: Any
    """A `Page` whose own parts the acts of its scenes know."""
    folder: Path

    @property
    def services(self) -> AppServices:
        """What the page works with."""
        found: AppServices = self.page.context.services
        return found


Act = Callable[[Stage], bool]
"""Does something; returns whether it could."""


@dataclass(frozen=True, slots=True)
class Scene:
    """Acts on a page, and which button leads back; Escape is pressed before that."""

    page: str
    name: str
    acts: tuple[Act, ...]
    back: str = ""


def press(text: str) -> Act:
    """Press the button with this text or spoken name."""

    def act(stage: Stage) -> bool:
        buttons = [
            button
            for button in stage.page.window().findChildren(QAbstractButton)
            if text in (button.text(), button.accessibleName())
        ]
        usable = [button for button in buttons if button.isVisible() and button.isEnabled()]
        for button in usable[:1]:
            button.click()
        return bool(usable)

    return act


def pick(table: str, place: int = 0) -> Act:
    """Put the cursor on a row of the table with this spoken name."""

    def act(stage: Stage) -> bool:
        found = [
            one
            for one in stage.page.findChildren(BaseTable)
            if one.isVisible() and one.accessibleName() == table and one.model().rowCount() > place
        ]
        for one in found[:1]:
            one.selectRow(place)
        return bool(found)

    return act


def tab(name: str) -> Act:
    """Open a tab of the change in sight."""

    def act(stage: Stage) -> bool:
        change = stage.page.detail.ref
        if change:
            stage.page.open(f"{change}/{name}")
        return bool(change)

    return act


def leave(stage: Stage) -> None:
    """Close what a scene has opened."""
    for sheet in stage.page.window().findChildren(Palette):
        sheet.hide()
    if (dialog := QApplication.activeModalWidget()) is not None:
        dialog.close()
    page: Page = stage.page
    for _try in range(4):
        if not page.escape():
            return


def judged(way: str = "") -> Act:
    """Show the change that was judged by all that there is: measures and load tests."""

    def act(stage: Stage) -> bool:
        ref = _fullest(stage.services)
        if ref:
            stage.page.open(f"{ref}/{way}")
        return bool(ref)

    return act


def _fullest(services: AppServices) -> str:
    """Return the change with the most runs of load tests on both sides; "" without any."""
    with services.new_uow() as uow:
        runs = uow.load_runs.list()
    sides = {(run.change, run.side) for run in runs if run.counts}
    counts = Counter(run.change for run in runs)
    both = [change for change in counts if all((change, side) in sides for side in _SIDES)]
    return max(both, key=lambda change: counts[change], default="")


def call(action: str) -> Act:
    """Do what an action of the window does."""

    def act(stage: Stage) -> bool:
        stage.page.context.actions.call(action)
        return bool(stage.page.context.actions.offers(action))

    return act


def look_for(text: str) -> Act:
    """Type into the command palette."""

    def act(stage: Stage) -> bool:
        sheets = [one for one in stage.page.window().findChildren(Palette) if one.isVisible()]
        for sheet in sheets:
            sheet.field.setText(text)
            sheet.field.wanted.emit(sheet.field.settle())
        return bool(sheets)

    return act


def _mark_three(stage: Stage) -> bool:
    rows = stage.page.list.rows[:3]
    stage.page.list.marks.add([row.id for row in rows])
    return bool(rows)


def _build_filter(stage: Stage) -> bool:
    stage.page.panels.build()
    return True


def _add_a_tag(stage: Stage) -> bool:
    stage.page.panels.bulk.add_tags.set_value("year-end")
    return True


def _ask_for_a_copy(stage: Stage) -> bool:
    if stage.page.detail.ref:
        stage.page.detail.head.reuse_wanted.emit("copy")
    return bool(stage.page.detail.ref)


def _hold(stage: Stage) -> bool:
    if stage.page.detail.ref:
        stage.page.detail.moves.hold()
    return bool(stage.page.detail.ref)


def _import_samples(stage: Stage) -> bool:
    """Look at a file of samples of the last day."""
    file, now = stage.folder / "response-times.csv", stage.services.clock.now()
    times = (now - timedelta(minutes=5 * n) for n in range(288, 0, -1))
    lines = (f"{at.isoformat()},{180 + n * 7 % 41}" for n, at in enumerate(times))
    file.write_text("\n".join(("time,p95 (ms)", *lines)), encoding="utf-8")
    stage.page.import_file(file)
    return True


def _import_load_test(stage: Stage) -> bool:
    """Look at the results of a load test with two labels and a few failures."""
    file, now = stage.folder / "checkout.jtl", stage.services.clock.now()
    begin_ms = round(now.timestamp() * 1000) - 600_000
    lines = ["timeStamp,elapsed,label,responseCode,success,bytes,allThreads"]
    for n in range(600):
        code, label = ("500" if n % 97 == 5 else "200"), ("Pay", "List of orders")[n % 2]
        good = str(code == "200").lower()
        lines.append(f"{begin_ms + n * 1000},{120 + n * 13 % 90},{label},{code},{good},2048,20")
    file.write_text("\n".join(lines), encoding="utf-8")
    stage.page.import_file(file)
    return True


def _choose_plan(stage: Stage) -> bool:
    stage.page.choose_plan(stage.folder / "checkout.jmx")
    return stage.page.plan.isVisible() is True


def _open_dossier(stage: Stage) -> bool:
    """Read a dossier that lies beside the data."""
    beside = sorted(stage.services.data.parent.glob("*.zip"))
    files = [file for file in beside if zipfile.is_zipfile(file)]
    for file in files[:1]:
        stage.page.handing.open_file(file)
    return bool(files)


def scroll_to(kind: type[QWidget]) -> Act:
    """Bring a part of a page that scrolls into sight."""

    def act(stage: Stage) -> bool:
        found = [one for one in stage.page.findChildren(kind) if one.isVisible()]
        for one in found:
            area = one.parentWidget()
            while area is not None and not isinstance(area, QScrollArea):
                area = area.parentWidget()
            if isinstance(area, QScrollArea):
                area.ensureWidgetVisible(one, 0, 400)
                return True
        return False

    return act


def _find_inside(text: str) -> Act:
    """Search for a part of a path in the set that is looked into."""

    def act(stage: Stage) -> bool:
        stage.page.inside.panel.search.setText(text)
        stage.page.inside.panel.search.wanted.emit(text)
        return stage.page.inside.panel.catalogue is not None

    return act


_PARTS = ("Impact", "Options", "Risk", "Runbook", "Plans", "People", "Messages")
_SIDES = (WindowName.BEFORE, WindowName.AFTER)
_LINES = "Two lines each, with the change beside it"

SCENES: tuple[Scene, ...] = (
    Scene("home", "palette", (call(PALETTE),)),
    Scene("home", "palette-found", (call(PALETTE), look_for("up"))),
    Scene("home", "palette-nothing", (call(PALETTE), look_for("zzyzx"))),
    Scene("home", "shortcuts", (call(SHORTCUTS),)),
    Scene("changes", "table", (press("Table with columns"),), _LINES),
    Scene("changes", "board", (press("Board by state"),), _LINES),
    Scene("changes", "filter-builder", (_build_filter,)),
    Scene("changes", "marked", (_mark_three,)),
    Scene("changes", "bulk-edit", (_mark_three, press("Edit"))),
    Scene(
        "changes", "bulk-preview",
        (_mark_three, press("Edit"), _add_a_tag, press("Preview")), "Back",
    ),
    Scene("changes", "copy", (_ask_for_a_copy,)),
    Scene("changes", "hold", (_hold,)),
    *(
        Scene("changes", f"plan-{part.lower()}", (tab("plan"), press(part)), "Need")
        for part in _PARTS
    ),
    Scene(
        "changes", "step", (tab("plan"), press("Runbook"), pick("Runbook, forward", 1)), "Need"
    ),
    Scene("changes", "review-later", (tab("review"), scroll_to(RepeatDays))),
    Scene("calendar", "day", (press("Day"),), "Week"),
    Scene("calendar", "month", (press("Month"),), "Week"),
    Scene("calendar", "gantt", (press("Gantt"),), "Week"),
    Scene("run", "timeline", (press("Timeline"),), "Output"),
    Scene("hosts", "new", (press("Add a host"),)),
    Scene("hosts", "edit", (press("Edit"),)),
    Scene("hosts", "import", (press("Import…"),)),
    Scene("backups", "inside", (press("Look inside"),)),
    Scene("backups", "found-inside", (press("Look inside"), _find_inside("conf"))),
    Scene("backups", "copy-away", (press("Copy to another place"), scroll_to(SetCopies))),
    Scene("backups", "restore", (press("Restore on the host"),)),
    Scene("backups", "hold", (press("Hold"),)),
    Scene("backups", "settling", (press("To settle"),), "All"),
    *(
        Scene("metrics", f"judged-{way}", (judged(way),))
        for way in ("timeline", "overlay", "distribution", "method", "glance", "pair")
    ),
    Scene("metrics", "import", (_import_samples,)),
    Scene("loadtests", "preview", (_import_load_test,)),
    Scene("loadtests", "plan", (_choose_plan,)),
    Scene("reports", "dossier", (_open_dossier,)),
    Scene("templates", "edition", (press("New edition"),)),
)  # fmt: skip
"""Every one there is, in the order of the pages."""
