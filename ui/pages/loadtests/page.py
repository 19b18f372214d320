"""The load tests page: results come in with a preview, and are judged before against after."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QFileDialog, QStackedWidget, QWidget

from app.domain.metric import WindowName
from app.i18n import _, ngettext
from ui.changed import Topic
from ui.format import literal
from ui.operations import loadtests
from ui.operations.loadtests import LoadTestsView, PlanWish, Preview
from ui.pages.loadtests.plan import PlanPanel
from ui.pages.loadtests.preview import PreviewPanel
from ui.pages.loadtests.ways import PLACES, Ways
from ui.tasks import Latest
from ui.widgets.buttons import Button, Kind
from ui.widgets.empty import EmptyState, ghost_chart
from ui.widgets.fields import Combo
from ui.widgets.page import Page

if TYPE_CHECKING:
    from ui.context import UiContext

_CHOICE_LENGTH = 36
_WAYS, _PREVIEW, _PLAN = range(3)


class LoadTestsPage(Page):
    """Load tests before against after."""

    id, title, icon, group = "loadtests", _("Load tests"), "timer", 1
    topics = Topic.METRICS | Topic.CHANGES

    def __init__(self, context: "UiContext", parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self._ref = ""
        self._view: LoadTestsView | None = None
        self._aside = False
        """Whether a file or a plan is being looked at: then a reload changes nothing in sight."""
        self._choice = Combo()
        self._choice.setAccessibleName(_("Change"))
        self._choice.setMinimumContentsLength(_CHOICE_LENGTH)
        self._choice.activated.connect(self._on_chosen)
        self._import = Button(_("Import results"), Kind.PRIMARY, icon="upload")
        self._import.clicked.connect(self.new_record)
        self._run = Button(_("Run a plan"), icon="play")
        self._run.clicked.connect(self._on_plan)
        self.header.add(self._choice, self._run, self._import)
        self._stack = QStackedWidget()
        self._first = Button(_("Import results"))
        self._first.clicked.connect(self._on_first)
        self.ways = Ways(context, _nothing(self._first))
        self.ways.done.connect(self._on_kept)
        self.ways.failed.connect(self.show_error)
        self.preview, self.plan = PreviewPanel(), PlanPanel()
        self.preview.kept.connect(self._on_keep)
        self.preview.dropped.connect(self.new_record)
        self.plan.wanted.connect(self._on_run)
        self.plan.left.connect(self._on_left)
        for part in (self.ways, self.preview, self.plan):
            self._stack.addWidget(part)
        self.body.addWidget(self._stack, 1)
        self._rows = Latest(context.tasks, self)
        self._rows.loaded.connect(self._show)
        self._rows.failed.connect(self.show_error)

    @property
    def ready(self) -> bool:
        """Whether the load tests have been shown."""
        return not self._rows.busy

    def reload(self) -> None:
        """Read the load tests again."""
        services, ref = self.context.services, self._ref
        self._rows.start(lambda: loadtests.load_view(services, ref))

    def open(self, ref: str) -> None:
        """Show a change by its id; what follows a slash is the way to look at it."""
        self._ref, _slash, way = ref.partition("/")
        self.ways.look(way)
        self.reload()

    def places(self) -> tuple[str, ...]:
        """Return every way to look at the change in sight."""
        if self._view is None:
            return ()
        return tuple(f"{self._view.change.id}/{way}" for way in PLACES)

    def escape(self) -> bool:
        """Leave the preview or the plan; a run that was started goes on."""
        if not self._aside:
            return False
        self._on_left()
        return True

    @Slot(object)
    def _show(self, view: LoadTestsView | None) -> None:
        self._view = view
        self._choice.setVisible(view is not None)
        offers_first = view is not None and view.change.state.is_open
        self._run.setVisible(view is not None)
        self._import.setVisible(view is not None and (bool(view.runs) or not offers_first))
        self._first.setText(_("Open the changes") if view is None else _("Import results"))
        self._first.setVisible(offers_first or view is None)
        self.ways.show_view(view)
        if not self._aside:
            self._stack.setCurrentIndex(_WAYS)
        if view is None:
            self.header.set_sentence(_("Record a change first; load tests belong to one."))
            return
        self._choice.clear()
        for key, text in view.others:
            self._choice.addItem(literal(text), key)
        self._choice.setCurrentIndex(self._choice.findData(view.change.id))
        closed = "" if view.change.state.is_open else _("The change is closed.")
        for button in (self._run, self._import):
            button.block(closed)
        self.header.set_sentence(_state(view))

    @Slot()
    def _on_first(self) -> None:
        if self._view is None:
            self.context.navigation.go("changes")
        else:
            self.new_record()

    def _look_at(self, part: int) -> None:
        self._aside = True
        self._stack.setCurrentIndex(part)

    @Slot(int)
    def _on_chosen(self, position: int) -> None:
        self._ref = str(self._choice.itemData(position))
        self.reload()

    @Slot()
    def new_record(self) -> bool:
        """Choose a file to import."""
        if self._view is None or not self._view.change.state.is_open:
            return False
        path, _kind = QFileDialog.getOpenFileName(
            self,
            _("Results of a load test"),
            "",
            _("Results (*.jtl *.csv *.xml *.log *.html *.mdb *.gz);;All files (*)"),
        )
        if path:
            self.import_file(Path(path))
        return True

    def import_file(self, path: Path) -> None:
        """Read a file and show what it holds; nothing is kept yet."""
        if self._view is not None:
            task = loadtests.preview(self.context, path, self._view.zone)
            task.succeeded.connect(self._on_read)
            task.failed.connect(self.show_error)

    @Slot(object)
    def _on_read(self, preview: Preview) -> None:
        if self._view is not None:
            self.banners.clear()  # what an earlier file was refused for
            side = WindowName.AFTER if self._view.of(WindowName.BEFORE) else WindowName.BEFORE
            self.preview.show_preview(preview, self._view.zone, side)
            self._look_at(_PREVIEW)

    @Slot()
    def _on_plan(self) -> None:
        path, _kind = QFileDialog.getOpenFileName(
            self, _("A JMeter plan"), "", _("JMeter plans (*.jmx)")
        )
        if path:
            self.choose_plan(Path(path))

    def choose_plan(self, path: Path) -> None:
        """Ask how a plan shall be run."""
        if self._view is not None:
            self.plan.show_plan(path, self._view)
            self._look_at(_PLAN)

    @Slot(object)
    def _on_run(self, wish: PlanWish) -> None:
        if self._view is not None:
            task = loadtests.run_plan(self.context, self._view, wish)
            task.succeeded.connect(self._on_kept)
            task.failed.connect(self.show_error)
            self.plan.follow(task)

    @Slot()
    def _on_left(self) -> None:
        self._aside = False
        self._show(self._view)

    @Slot(object, str)
    def _on_keep(self, preview: Preview, side: str) -> None:
        if self._view is not None:
            task = loadtests.keep(self.context, self._view, preview.path, WindowName(side))
            task.succeeded.connect(self._on_kept)
            task.failed.connect(self._on_not_kept)
            task.cancelled.connect(self.preview.free)

    @Slot(object)
    def _on_not_kept(self, error: BaseException) -> None:
        self.preview.free()
        self.show_error(error)

    @Slot(object)
    def _on_kept(self, _run: object) -> None:
        self._aside = False
        self.reload()
        self.context.changed.announce(Topic.METRICS | Topic.CHANGES, self)


def _state(view: LoadTestsView) -> str:
    before, after = (len(view.of(side)) for side in (WindowName.BEFORE, WindowName.AFTER))
    if not before + after:
        return _("{number}: no load test was kept yet.").format(number=view.change.number)
    text = ngettext(
        "{number}: {before} run from before, {after} from after.",
        "{number}: {before} runs from before, {after} from after.",
        before,
    )
    return text.format(number=view.change.number, before=before, after=after)


def _nothing(choose: Button) -> EmptyState:
    return EmptyState(
        _("No load test yet"),
        _(
            "Import what JMeter, k6, Gatling, Locust or LoadRunner wrote, once from before the"
            " change and once from after it."
        ),
        choose,
        ghost=ghost_chart,
    )
