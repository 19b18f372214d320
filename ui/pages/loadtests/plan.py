"""Run a JMeter plan: where, for which side, what it is told; then how it goes, live."""

from pathlib import Path
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from app.domain.metric import WindowName
from app.i18n import _
from app.tasks import Progress
from ui.operations.loadtests import LoadTestsView, PlanWish
from ui.pages.loadtests.following import FollowPanel
from ui.tasks import Task
from ui.theme import LARGE
from ui.widgets.buttons import Button, Kind
from ui.widgets.fields import ChoiceField, LineField
from ui.widgets.form import Form
from ui.widgets.labels import Label, panel_title
from ui.widgets.layout import MARGIN, column, row

if TYPE_CHECKING:
    from app.services.loadtests.running import LiveRun

_WIDTH, _CHOICE_LENGTH = 640, 24
_HERE = ""


class PlanPanel(QWidget):
    """Asks how a plan shall be run, and follows the run."""

    wanted = Signal(object)  # PlanWish
    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._plan = Path()
        self._task: Task | None = None
        self._title = panel_title()
        self.side = ChoiceField(
            _("This run is made"),
            (
                (WindowName.BEFORE.value, _("before the change")),
                (WindowName.AFTER.value, _("after the change")),
            ),
        )
        self.where = ChoiceField(
            _("Where JMeter runs"), hint=_("On a host it runs over SSH; nothing stays there.")
        )
        for field in (self.side, self.where):
            field.combo.setMinimumContentsLength(_CHOICE_LENGTH)
        self.properties = LineField(
            _("What the plan is told"), hint=_("name=value, such as threads=20 duration=300")
        )
        self.program = LineField(_("JMeter"), hint=_("Its command, if it is not “jmeter”"))
        form = Form(columns=2)
        form.add("side", self.side)
        form.add("where", self.where)
        form.add("properties", self.properties)
        form.add("program", self.program)
        form.setMaximumWidth(_WIDTH)
        self._live = Label("", size=LARGE, weight=600, wrap=True)
        self._note = Label(
            _("JMeter sends real load. Run it only against systems that are meant for it."),
            tone="ink2",
            wrap=True,
        )
        self.start = Button(_("Start the run"), Kind.PRIMARY, icon="play")
        self.start.clicked.connect(self._on_start)
        self.stop = Button(_("Stop"), icon="square")
        self.stop.clicked.connect(self._on_stop)
        self.back = Button(_("Back"))
        self.back.clicked.connect(self.left)
        self.following = FollowPanel()
        self.following.hide()
        self._form = form
        buttons = row(self.start, self.stop, self.back, None)
        self.setLayout(
            column(
                self._title, 8, form, 8, self._note, 8, self._live, 8, self.following, 8,
                buttons, None,
                margins=(MARGIN, 20, MARGIN, 20),
            )
        )  # fmt: skip

    def show_plan(self, plan: Path, view: LoadTestsView) -> None:
        """Ask about another plan; while one runs, that one stays in sight and can be stopped."""
        if self._task is not None:
            return
        self._plan = plan
        self._title.setText(plan.name)
        here = ((_HERE, _("this computer")), *view.hosts)
        self.where.set_options(here)
        side = WindowName.AFTER if view.of(WindowName.BEFORE) else WindowName.BEFORE
        self.side.set_value(side.value)
        self._live.setText("")
        self._watch(on=False)
        self._settle()

    def follow(self, task: Task) -> None:
        """Show how a run goes until it ends."""
        self._task = task
        self.start.block(_("The run is under way."))
        self.stop.setVisible(True)
        self.back.setVisible(False)
        self._live.setText(_("JMeter is starting."))
        self._watch(on=True)
        self.following.begin()
        task.progressed.connect(self._on_progress)
        task.failed.connect(self._on_failed)
        task.cancelled.connect(self._on_cancelled)
        task.ended.connect(self._settle)

    @Slot()
    def _settle(self) -> None:
        self._task = None
        self.following.end()
        self.start.block("")
        self.stop.setVisible(False)
        self.back.setVisible(True)

    def _watch(self, *, on: bool) -> None:
        """Show either how the run goes or what is asked for one."""
        self.following.setVisible(on)
        for part in (self._form, self._note, self.start):
            part.setVisible(not on)

    @Slot(object)
    def _on_progress(self, progress: Progress) -> None:
        if progress.text:
            self._live.setText(_("JMeter is sending load."))
        if progress.detail is not None:
            self.following.show_run(cast("LiveRun", progress.detail))

    @Slot(object)
    def _on_failed(self, _error: BaseException) -> None:
        self._live.setText(_("The run failed; nothing of it is kept."))
        self._watch(on=False)

    @Slot()
    def _on_cancelled(self) -> None:
        self._live.setText(_("The run was stopped; nothing of it is kept."))
        self._watch(on=False)

    @Slot()
    def _on_start(self) -> None:
        self.wanted.emit(
            PlanWish(
                self._plan,
                WindowName(self.side.value),
                self.where.value,
                self.properties.value,
                self.program.value,
            )
        )

    @Slot()
    def _on_stop(self) -> None:
        if self._task is not None:
            self._task.context.cancel()
            self._live.setText(_("The run is being stopped; nothing of it is kept."))
