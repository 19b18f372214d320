"""The pages of the window, and how to write one.

A page is a subclass of `ui.widgets.page.Page` in ``ui/pages/<menu name>/page.py``::

    class HostsPage(Page):
        id, title, icon, group = "hosts", "Hosts", "server", 1
        topics = Topic.HOSTS                      # reload when somebody else changed these

        def __init__(self, context: UiContext, parent: QWidget | None = None) -> None:
            super().__init__(context, parent)
            add = primary(_("Add a host"), keys="N")
            add.clicked.connect(self.new_record)
            self.header.add(add)                  # the primary button comes last
            self.table = Table(RowsModel(COLUMNS), name="hosts")
            self.table.opened.connect(self._open)
            self.body.addWidget(self.table)
            self._rows = Latest(context.tasks, self)
            self._rows.loaded.connect(self._show)      # decorated with @Slot(object)
            self._rows.failed.connect(self.show_error)

        def reload(self) -> None:
            self._rows.start(self.context.services.queries.hosts)

``self.header`` is title, sentence and buttons; ``self.banners`` holds messages; ``self.body`` is a
vertical layout without margins for everything else. The shell builds a page when it is first
wanted and calls ``reload()``; it calls ``open(ref)`` when somebody navigated to a record,
``focus_search()`` on Ctrl+F, ``new_record()`` on N, ``escape()`` on Esc (return whether something
was closed). For pictures it waits for ``ready`` and also opens every ref of ``places()``.

Data never comes on the UI thread: ``self.run(query, slot)`` for one-off calls, `Latest` for what a
reload replaces, ``context.tasks.start(work, lane=..., title=...)`` for work with progress, where
``work`` takes a `TaskContext`. Lanes: `ui.tasks.WRITES`, `ui.tasks.host_lane(host_id)`. After a
write announce it: ``context.changed.announce(Topic.HOSTS, by=self, ref=...)``. Errors go to
``self.show_error`` (this page) or ``context.messages.show_error`` (wherever the user is).

The kit, one family per file: `ui.widgets.labels` (Label, body, quiet, meta, mono, panel_title),
`layout` (row, column, card, panel, scrolling, split, Line), `buttons` (primary, secondary, danger,
link, icon_button, WithReason; ``Button.block(reason)``), `badges` (StateBadge), `risk_badge`
(RiskBadge), `facts`
(FactStrip, KeyValues, SectionTitle), `tabs` (Tabs, TabStack), `tiles` (Kpi, TileRow), `stage_rail`
(StageRail, NeedsBox, Need), `levels` (LevelLadder, LevelSquares), `intervals` (IntervalBar),
`banner` (Banner), `empty` (EmptyState), `confirm` (TypedConfirmation), `search` (SearchField,
FilterChips), `table` (Table, Rows), `run_bars` (TimeScale, StepBar, BarDelegate, RunStrip, Legend),
`countdown` (Countdown), `transcript` (Transcript), `fields` (Form, LineField, TextField,
ChoiceField, FlagField, PickField), `moment_field` (MomentField), `pdf_preview` (PdfPreview),
`risk_matrix` (RiskMatrix), `strips` (WindowStrip, PartsBar), `printing` (PrintJob);
`ui.charts.before_after` (BeforeAfterChart), `ui.charts.placebo` (PlaceboStrip), `ui.charts.live`
(LiveChart), `ui.charts.plot` (PlotChart: any `app.analysis.chart_plot.Plot`),
`ui.operations.plot_panel` (PlotPanel: one with its menu and the words below it),
`ui.charts.glance` (GlanceTile). What cells show is data in `ui.cells`: Badge(Mark, word), Cell,
Words, Risk, Squares, Mini, Interval, LevelStep, Group, Column. Figures and times: `app.wording`.
"""

import sys
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

from app.i18n import later

if TYPE_CHECKING:
    from ui.widgets.page import Page


@dataclass(frozen=True, slots=True)
class PageEntry:
    """A line of the navigation rail; the page's module is imported when it is first opened."""

    id: str
    title: str
    icon: str
    group: int
    module: str
    name: str
    parts: tuple[str, ...] = ()
    """Further modules that the page needs as soon as it is shown, and that load slowly."""

    @property
    def is_loaded(self) -> bool:
        """Whether the page's class is there, so that `load` takes no time."""
        return all(map(_is_imported, (self.module, *self.parts)))

    def load(self) -> "type[Page]":
        """Import the page's class; call it on a worker thread unless it is loaded."""
        for part in self.parts:
            import_module(part)
        page: type[Page] = getattr(import_module(self.module), self.name)
        return page


def _is_imported(name: str) -> bool:
    module = sys.modules.get(name)
    # Python has no public way to ask whether another thread is still importing it.
    return module is not None and not getattr(module.__spec__, "_initializing", False)


PAGES: tuple[PageEntry, ...] = (
    PageEntry("home", later("Home"), "home", 0, "ui.pages.home.page", "HomePage"),
    PageEntry(
        "changes",
        later("Changes"),
        "changes",
        0,
        "ui.pages.changes.page",
        "ChangesPage",
        ("ui.pages.changes.overview",),
    ),
    PageEntry(
        "calendar", later("Calendar"), "calendar", 0, "ui.pages.calendar.page", "CalendarPage"
    ),
    PageEntry("run", later("Run"), "play", 0, "ui.pages.run.page", "RunPage"),
    PageEntry("hosts", later("Hosts"), "server", 1, "ui.pages.hosts.page", "HostsPage"),
    PageEntry("backups", later("Backups"), "archive", 1, "ui.pages.backups.page", "BackupsPage"),
    PageEntry("health", later("Health"), "activity", 1, "ui.pages.health.page", "HealthPage"),
    PageEntry(
        "metrics",
        later("Metrics"),
        "chart",
        1,
        "ui.pages.metrics.page",
        "MetricsPage",
        ("ui.charts.engine",),
    ),
    PageEntry(
        "loadtests",
        later("Load tests"),
        "timer",
        1,
        "ui.pages.loadtests.page",
        "LoadTestsPage",
        ("ui.charts.engine",),
    ),
    PageEntry("reports", later("Reports"), "file-text", 2, "ui.pages.reports.page", "ReportsPage"),
    PageEntry("kpi", later("KPIs"), "gauge", 2, "ui.pages.kpi.page", "KpiPage"),
    PageEntry(
        "templates", later("Templates"), "layers", 2, "ui.pages.templates.page", "TemplatesPage"
    ),
    PageEntry("lessons", later("Lessons"), "book", 2, "ui.pages.lessons.page", "LessonsPage"),
    PageEntry(
        "settings", later("Settings"), "settings", 3, "ui.pages.settings.page", "SettingsPage"
    ),
)
"""Every page there is, in the order of the rail; groups stand apart."""
