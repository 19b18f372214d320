"""The metrics page: the verdict on a change, metric by metric, with the chart behind it."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QFileDialog, QStackedWidget, QWidget

from app.domain.change import ChangeState
from app.domain.metric import WindowName
from app.i18n import _
from app.services.metric.imports import FileImport, Outlook
from app.wording import duration
from ui.cells import Badge
from ui.changed import Topic
from ui.format import literal
from ui.models.verdicts import OVERALL_MARKS
from ui.operations import metrics
from ui.operations.metrics import MetricsView, MetricView
from ui.pages.metrics.importing import ImportPanel
from ui.pages.metrics.ways import PLACES, Ways
from ui.tasks import Latest
from ui.theme import LARGE
from ui.widgets.badges import StateBadge
from ui.widgets.buttons import Button, Kind
from ui.widgets.empty import EmptyState, ghost_chart
from ui.widgets.fields import Combo
from ui.widgets.labels import Label
from ui.widgets.layout import Line, column, panel, row
from ui.widgets.page import Page

if TYPE_CHECKING:
    from ui.context import UiContext

_PLANNING = (ChangeState.DRAFT, ChangeState.ASSESS, ChangeState.AUTHORIZE, ChangeState.SCHEDULED)
_CHOICE_LENGTH = 36
_EMPTY, _METRICS, _IMPORT = range(3)


class MetricsPage(Page):
    """Before against after."""

    id, title, icon, group = "metrics", _("Metrics"), "chart", 1
    topics = Topic.METRICS | Topic.CHANGES

    def __init__(self, context: "UiContext", parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self._ref = ""
        self._view: MetricsView | None = None
        self._aside = False
        """Whether a file is being looked at: then a reload changes nothing in sight."""
        self._choice = Combo()
        self._choice.setAccessibleName(_("Change"))
        self._choice.setMinimumContentsLength(_CHOICE_LENGTH)
        self._choice.activated.connect(self._on_chosen)
        self._import = Button(_("Import a file"), icon="upload")
        self._import.clicked.connect(self._on_import)
        self._measure = Button(_("Measure now"), Kind.PRIMARY, icon="activity")
        self._measure.clicked.connect(self._on_measure)
        self.header.add(self._choice, self._import, self._measure)
        self._build()
        self._rows = Latest(context.tasks, self)
        self._rows.loaded.connect(self._show)
        self._rows.failed.connect(self.show_error)

    def _build(self) -> None:
        self._overall = StateBadge(size=LARGE)
        self._sentence = Label("", weight=600, wrap=True)
        self._rule = Label("", tone="ink2", wrap=True)
        words = column(self._sentence, self._rule, gap=4)
        band = row(self._overall, words, gap=24, margins=(24, 12, 24, 12))
        band.setStretch(1, 1)
        self._band = panel(band, "raised")
        self.ways = Ways(self.context)
        self.ways.failed.connect(self.show_error)
        inside = column(self._band, Line(), self.ways, gap=0)
        inside.setStretch(2, 1)
        self._stack = QStackedWidget()
        go = Button(_("Open the changes"))
        go.clicked.connect(self._open_changes)
        self._stack.addWidget(
            EmptyState(
                _("Nothing is measured yet"),
                _("A change names in its plan what shall become better, and by how much."),
                go,
                ghost=ghost_chart,
            )
        )
        self._stack.addWidget(panel(inside))
        self.importing = ImportPanel()
        self.importing.looked.connect(self._on_look)
        self.importing.kept.connect(self._on_keep)
        self.importing.dropped.connect(self._on_import)
        self._stack.addWidget(self.importing)
        self.body.addWidget(self._stack, 1)

    @property
    def ready(self) -> bool:
        """Whether the metrics have been shown."""
        return not self._rows.busy and not self.ways.busy

    def reload(self) -> None:
        """Read the metrics again."""
        services, ref = self.context.services, self._ref
        self._rows.start(lambda: metrics.load_view(services, ref))

    def open(self, ref: str) -> None:
        """Show a change by its id; what follows a slash is the way to look at it."""
        self._aside = False
        self._ref, _slash, way = ref.partition("/")
        self.ways.look(way)
        self.reload()

    def places(self) -> tuple[str, ...]:
        """Return every way to look at the change in sight."""
        if self._view is None:
            return ()
        return tuple(f"{self._view.change.id}/{way}" for way in PLACES)

    @Slot(object)
    def _show(self, view: MetricsView | None) -> None:
        self._view = view
        if not self._aside:
            self._stack.setCurrentIndex(_METRICS if view else _EMPTY)
        self._choice.setVisible(view is not None)
        open_ = view is not None and view.change.state.is_open
        for button in (self._import, self._measure):
            button.setVisible(open_)
        if view is None:
            self.header.set_sentence(_("What a change did to what users and servers feel."))
            return
        self._choice.clear()
        for key, text in view.others:
            self._choice.addItem(literal(text), key)
        self._choice.setCurrentIndex(self._choice.findData(view.change.id))
        planned = view.change.state in _PLANNING
        self._measure.setText(_("Measure before") if planned else _("Measure after"))
        self._measure.block("")
        text = _("{number}: both windows last {span}.")
        span = duration(view.change.baseline_s)
        self.header.set_sentence(text.format(number=view.change.number, span=span))
        self._show_overall(view)
        self.ways.show_view(view)

    def _show_overall(self, view: MetricsView) -> None:
        overall = view.overall
        self._band.setVisible(overall is not None)
        if overall is not None:
            self._overall.set_badge(Badge(OVERALL_MARKS[overall.verdict], overall.verdict.words))
            word = f"{overall.verdict.words.upper()}. "
            self._sentence.setText(overall.sentence.removeprefix(word))
            self._rule.setText(overall.rule)
            self._rule.setVisible(bool(overall.rule))

    @Slot(int)
    def _on_chosen(self, position: int) -> None:
        self._ref, self._aside = str(self._choice.itemData(position)), False
        self.reload()

    @Slot()
    def _open_changes(self) -> None:
        self.context.navigation.go("changes")

    @Slot()
    def _on_measure(self) -> None:
        if view := self._view:
            planned = view.change.state in _PLANNING
            window = WindowName.BEFORE if planned else WindowName.AFTER
            title = _("Measuring {number}").format(number=view.change.number)
            self._measure.block(
                _("Measuring, {span}").format(span=duration(view.change.baseline_s))
            )
            task = metrics.measure(self.context, view.change, window, title)
            task.succeeded.connect(self._on_done)
            task.failed.connect(self.show_error)
            task.ended.connect(self.reload)

    @Slot()
    def _on_import(self) -> None:
        current: MetricView | None = self.ways.table.current
        if self._view is None or current is None:
            return
        path, _kind = QFileDialog.getOpenFileName(
            self,
            _("Samples of {metric}").format(metric=current.metric.name),
            "",
            _("Samples (*.csv *.tsv *.txt *.json *.xlsx *.parquet)"),
        )
        if path:
            self.import_file(Path(path))

    def import_file(self, path: Path) -> None:
        """Look at a file of samples for the metric the cursor is on; nothing is kept yet."""
        current: MetricView | None = self.ways.table.current
        if self._view and current:
            self._on_look(FileImport(self._view.change.id, current.metric.id, path))

    @Slot(object)
    def _on_look(self, wanted: FileImport) -> None:
        task = metrics.look_at_file(self.context, wanted)
        task.succeeded.connect(self._on_looked)
        task.failed.connect(self._on_not_read)
        task.cancelled.connect(self.importing.restore)

    @Slot(object)
    def _on_looked(self, outlook: Outlook) -> None:
        current: MetricView | None = self.ways.table.current
        if self._view and current and current.metric.id == outlook.wanted.metric:
            self.banners.clear()  # what an earlier file was refused for
            self.importing.show_outlook(outlook, current.metric, self._view.zone)
            self._aside = True
            self._stack.setCurrentIndex(_IMPORT)

    @Slot(object)
    def _on_keep(self, wanted: FileImport) -> None:
        task = metrics.import_file(self.context, wanted)
        task.succeeded.connect(self._on_kept)
        task.failed.connect(self._on_not_read)
        task.cancelled.connect(self.importing.restore)

    @Slot(object)
    def _on_kept(self, result: object) -> None:
        self._aside = False
        self._on_done(result)
        self.reload()

    @Slot(object)
    def _on_not_read(self, error: BaseException) -> None:
        self.importing.restore()
        self.show_error(error)

    def escape(self) -> bool:
        """Leave the file that is looked at; nothing was kept."""
        if self._stack.currentIndex() != _IMPORT:
            return False
        self._aside = False
        self._stack.setCurrentIndex(_METRICS)
        return True

    @Slot(object)
    def _on_done(self, _result: object) -> None:
        self.context.changed.announce(Topic.METRICS | Topic.CHANGES, self)
