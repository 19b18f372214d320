"""The page of key figures: how changes came out in a period, with what each figure counts."""

from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QFileDialog, QStackedWidget, QVBoxLayout, QWidget

from app.analysis.kpi_table import KPIS, KpiGroup
from app.i18n import _
from app.services.exports import ExportFormat, ExportWish
from app.services.kpi import kpi_words as words
from app.services.kpi.kpis import KpiView, Period
from ui.changed import Topic
from ui.operations import kpis
from ui.operations.kpis import STRETCHES, Stretch, period_of
from ui.pages.kpi.trend import OutcomeTrend, ParetoBars
from ui.tasks import Latest
from ui.widgets.buttons import Button, Kind
from ui.widgets.empty import EmptyState
from ui.widgets.facts import KeyValues, SectionTitle
from ui.widgets.fields import Combo, LineField
from ui.widgets.layout import MARGIN, Line, add_layout, column, panel, row, scrolling
from ui.widgets.page import Page
from ui.widgets.tiles import Kpi, TileGrid, Trend

if TYPE_CHECKING:
    from ui.context import UiContext

_TABLES = ("csv", "xlsx", "json")
_ARROWS = {1: Trend.UP, -1: Trend.DOWN, 0: Trend.SAME, None: Trend.NONE}


class KpiPage(Page):
    """Figures over a period; each leads to the changes it counts."""

    id, title, icon, group = "kpi", _("KPIs"), "gauge", 2
    topics = Topic.CHANGES | Topic.RUNS | Topic.BACKUPS

    def __init__(self, context: "UiContext", parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self.view: KpiView | None = None
        self._period: Period | None = None
        self._views = Latest(context.tasks, self)
        self._views.loaded.connect(self._show)
        self._views.failed.connect(self.show_error)
        self._build_header()
        self._build_body()

    def _build_header(self) -> None:
        self.stretch = Combo()
        self.stretch.setAccessibleName(_("Period"))
        self.stretch.setMinimumContentsLength(13)
        for stretch, text in STRETCHES.items():
            self.stretch.addItem(_(text), stretch.value)
        self.stretch.setCurrentIndex(self.stretch.findData(Stretch.DAYS_90.value))
        self.stretch.activated.connect(self._on_stretch)
        self.report = Button(_("Portfolio report"), Kind.PRIMARY, icon="printer")
        self.report.clicked.connect(self._on_report)
        self.export = Button(_("Export"), icon="download")
        self.export.setAccessibleName(_("Export the figures as a table"))
        self.export.clicked.connect(self._on_export)
        self.header.add(self.stretch, self.export, self.report)

    def _build_body(self) -> None:
        self.first = LineField(_("From"), placeholder="2026-01-01")
        self.last = LineField(_("To"), placeholder="2026-12-31")
        self.take = Button(_("Show"))
        self.take.clicked.connect(self._on_own)
        for field in (self.first, self.last):
            field.line.returnPressed.connect(self._on_own)
        self.days = panel(
            row(self.first, self.last, self.take, None, margins=(MARGIN, 12, MARGIN, 0))
        )
        self.days.hide()
        self.rows: dict[KpiGroup, TileGrid] = {}
        parts = QVBoxLayout()
        parts.setContentsMargins(MARGIN, 16, MARGIN, 24)
        parts.setSpacing(12)
        for group in KpiGroup:
            self.rows[group] = TileGrid()
            self.rows[group].clicked.connect(self._on_tile)
            parts.addWidget(SectionTitle(_(words.GROUPS[group])))
            parts.addWidget(self.rows[group])
            parts.addWidget(Line())
        self._add_pictures(parts)
        parts.addWidget(Line())
        parts.addWidget(SectionTitle(_("What each figure counts")))
        self.definitions = KeyValues(_definitions(), label_width=190)
        parts.addWidget(self.definitions)
        inner = QWidget()
        inner.setLayout(parts)
        self.stack = QStackedWidget()
        self.stack.addWidget(scrolling(inner))
        self.stack.addWidget(self._empty())
        self.body.addWidget(self.days)
        self.body.addWidget(self.stack, 1)

    def _add_pictures(self, parts: QVBoxLayout) -> None:
        self.trend, self.needs, self.causes = OutcomeTrend(), ParetoBars(), ParetoBars()
        parts.addWidget(SectionTitle(_("How they came out"), _("closed changes")))
        parts.addWidget(self.trend)
        parts.addWidget(Line())
        left = column(SectionTitle(_("Why changes were needed")), self.needs, None)
        right = column(SectionTitle(_("Why they were not clean")), self.causes, None)
        both = row(left, right, gap=48)
        both.setStretch(0, 1)
        both.setStretch(1, 1)
        add_layout(parts, both)

    def _empty(self) -> EmptyState:
        go = Button(_("Open the changes"), icon="changes")
        go.clicked.connect(partial(self.context.navigation.go, "changes"))
        return EmptyState(
            _("Nothing was closed in this period"),
            _("Key figures count closed changes. Choose a longer period, or close a change."),
            go,
        )

    @property
    def ready(self) -> bool:
        """Whether the figures are shown."""
        return not self._views.busy

    def reload(self) -> None:
        """Read the period again."""
        services, period = self.context.services, self._period
        self._views.start(lambda: kpis.load_view(services, period))

    def show_period(self, period: Period) -> None:
        """Show another period."""
        self._period = period
        self.reload()

    @Slot(object)
    def _show(self, view: KpiView) -> None:
        self.view, self._period = view, view.period
        self.header.set_sentence(words.sentence(view))
        nothing = not view.sample.closed
        self.stack.setCurrentIndex(1 if nothing and not view.sample.open_now else 0)
        self.report.block(_("nothing was closed") if nothing else "")
        for group, tiles in self.rows.items():
            tiles.set_kpis([_tile(each.id, view) for each in KPIS if each.group is group])
        labels = [words.bucket_label(bucket, view.period) for bucket in view.buckets]
        self.trend.set_buckets(view.buckets, labels)
        self.needs.set_rows([(words.need_word(name), n, share) for name, n, share in view.needs])
        self.causes.set_rows([(words.cause_word(name), n, share) for name, n, share in view.causes])

    @Slot(str)
    def _on_tile(self, kpi_id: str) -> None:
        if self.view is not None:
            self.context.navigation.go("changes", kpis.ref_of(kpi_id, self.view.period))

    @Slot(int)
    def _on_stretch(self, position: int) -> None:
        stretch = Stretch(self.stretch.itemData(position))
        self.days.setVisible(stretch is Stretch.OWN)
        if stretch is Stretch.OWN:
            if self._period is not None:
                self.first.set_value(self._period.first.isoformat())
                self.last.set_value(self._period.last.isoformat())
            self.first.setFocus()
            return
        self._views.drop()
        services = self.context.services
        self._views.start(
            lambda: kpis.load_view(services, period_of(stretch, services.asker.today))
        )

    @Slot()
    def _on_own(self) -> None:
        days = [_day(field) for field in (self.first, self.last)]
        if days[0] is None or days[1] is None:
            return
        if days[1] < days[0]:
            self.last.set_error(_("The period ends before it begins."))
            return
        self.show_period(Period(days[0], days[1]))

    @Slot()
    def _on_report(self) -> None:
        if self.view is not None:
            period = self.view.period
            name = f"changes-{period.first.isoformat()}-{period.last.isoformat()}.pdf"
            path, _kind = QFileDialog.getSaveFileName(
                self, _("Portfolio report"), name, "PDF (*.pdf)"
            )
            if path:
                self.save_to(Path(path))

    @Slot()
    def _on_export(self) -> None:
        if self.view is not None:
            period = self.view.period
            name = f"figures-{period.first.isoformat()}-{period.last.isoformat()}.csv"
            kinds = ";;".join(f"{kind.upper()} (*.{kind})" for kind in _TABLES)
            path, _kind = QFileDialog.getSaveFileName(self, _("Export"), name, kinds)
            if path:
                self.export_to(Path(path))

    def export_to(self, path: Path) -> None:
        """Write the figures of the period into a table; the end of the name says which kind."""
        kind = path.suffix.removeprefix(".").lower()
        if self.view is not None:
            wish = ExportWish(ExportFormat(kind if kind in _TABLES else "csv"))
            task = kpis.save_figures(self.context, self.view.period, path, wish)
            task.succeeded.connect(self._on_saved)
            task.failed.connect(self.show_error)

    def save_to(self, path: Path) -> None:
        """Write the portfolio report of the period into a file."""
        if self.view is not None:
            task = kpis.save_report(self.context, self.view.period, path)
            task.succeeded.connect(self._on_saved)
            task.failed.connect(self.show_error)

    @Slot(object)
    def _on_saved(self, path: Path) -> None:
        self.context.messages.show_done(_("Saved as {path}").format(path=path))


def _tile(kpi_id: str, view: KpiView) -> Kpi:
    each = next(item for item in KPIS if item.id == kpi_id)
    told = words.tell(each, view.now[kpi_id], view.before.get(kpi_id))
    return Kpi(
        _(each.title), told.figure, told.share, told.note, _ARROWS[told.moved],
        kpi_id if told.opens else "",
    )  # fmt: skip


def _definitions() -> list[tuple[str, str]]:
    return [(_(each.title), words.definition(each)) for each in KPIS]


def _day(field: LineField) -> date | None:
    field.set_error("")
    try:
        return date.fromisoformat(field.value)
    except ValueError:
        field.set_error(_("Write a day as 2026-11-14."))
        return None
