"""What the next move still needs: the box under the stage rail, and all conditions in full."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from app.domain.change import Stage
from app.domain.review import Override
from app.i18n import _
from app.services.transitions import Answer
from app.wording import count_of, duration
from ui.cells import Badge, Mark
from ui.models.changes import entered_stage, stage_names, stage_position, stage_word
from ui.operations.changes import ChangeView
from ui.theme import BOLD
from ui.widgets.badges import StateBadge
from ui.widgets.buttons import link
from ui.widgets.labels import Label
from ui.widgets.layout import card, clear, column, row
from ui.widgets.stage_rail import Need, NeedsBox, StageRail, stage_area

_BY_TIME = ("window_open", "observed")
"""Guards that nobody but the clock can meet."""


def waits_for_time(answer: Answer, view: ChangeView) -> bool:
    """Whether only time can meet a condition."""
    if answer.guard == "window_open":
        window = view.change.window
        return window is not None and view.now < window.span.start
    return answer.guard in _BY_TIME and view.change.monitor_since is not None


def when_text(answer: Answer, view: ChangeView) -> str:
    """Return when time brings a condition, or that a person must act."""
    window = view.change.window
    if not waits_for_time(answer, view):
        return _("needs you")
    if answer.guard == "window_open" and window is not None:
        return _("in {time}").format(time=rough((window.span.start - view.now).total_seconds()))
    return _("with time")


def rough(seconds: float) -> str:
    """Write a waiting time without seconds beyond a minute."""
    return duration(seconds if seconds < 60 else seconds // 60 * 60)


def needs_of(view: ChangeView) -> list[Need]:
    """Return what the next move lacks."""
    return [
        Need(
            answer.title,
            answer.missing,
            when_text(answer, view),
            due=not waits_for_time(answer, view),
        )
        for answer in view.missing
    ]


class StageArea(QWidget):
    """The rail, the box below it, and the full list of conditions when it is wanted."""

    override_wanted = Signal(str)  # id of a guard

    def __init__(self) -> None:
        super().__init__()
        self.rail = StageRail(stage_names(), 0)
        self.box = NeedsBox(self.rail)
        self.all = Conditions()
        self.all.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(stage_area(self.rail, self.box))
        layout.addWidget(self.all)
        self.box.wanted_all.connect(self.toggle)
        self.all.override_wanted.connect(self.override_wanted)

    def show_view(self, view: ChangeView) -> None:
        """Show how far a change is and what it lacks."""
        self.rail.set_stages(stage_names(), stage_position(view.change))
        visible = view.move is not None and bool(view.answers)
        self.box.setVisible(visible)
        if view.move is None or not visible:
            self.all.hide()
            return
        stage = entered_stage(view.move.target)
        points_at = list(Stage).index(stage)
        self.box.set_needs(stage_word(stage), needs_of(view), len(view.answers), points_at)
        self.all.show_view(view)

    @Slot()
    def toggle(self) -> None:
        """Fold the full list out or in."""
        self.all.setVisible(self.all.isHidden())


class Conditions(QWidget):
    """Every condition of the next move: met, missing, later; soft ones can be passed by name."""

    override_wanted = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)

    def show_view(self, view: ChangeView) -> None:
        """List the answers of all guards."""
        clear(self._layout)
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(2, 1)
        ranked = sorted(view.answers, key=lambda a: (a.met, waits_for_time(a, view)))
        for line, answer in enumerate(ranked):
            self._add(grid, line, answer, view)
        met = sum(answer.met for answer in view.answers)
        head = row(
            Label(_("All conditions"), weight=BOLD),
            Label(_("{share} met").format(share=count_of(met, len(view.answers))), tone="ink2"),
            None,
        )
        note = Label(
            _("A condition that is not fixed can be passed in your name, with a reason. It is"
              " logged, and page 1 of the report names it."),
            tone="ink2", size=11, wrap=True,
        )  # fmt: skip
        self._layout.addWidget(
            card(column(head, grid, note, gap=10, margins=(16, 12, 16, 12)), raised=False)
        )

    def _add(self, grid: QGridLayout, line: int, answer: Answer, view: ChangeView) -> None:
        top = Qt.AlignmentFlag.AlignTop
        grid.addWidget(StateBadge(_badge(answer, view)), line, 0, top)
        grid.addWidget(Label(answer.title), line, 1, top)
        grid.addWidget(
            Label(_words(answer, view.change.overrides), tone="ink2", wrap=True), line, 2
        )
        if answer.met or answer.hard:
            return
        button = link(_("Pass it by name"))
        button.setAccessibleName(_("Pass by name: {title}").format(title=answer.title))
        button.setProperty("guard", answer.guard)
        button.clicked.connect(self._on_override)
        grid.addWidget(button, line, 3, top)

    @Slot()
    def _on_override(self) -> None:
        self.override_wanted.emit(str(self.sender().property("guard")))


def _badge(answer: Answer, view: ChangeView) -> Badge:
    if answer.met and answer.overridden_by and answer.missing:
        return Badge(Mark.WATCH, _("Passed"))
    if answer.met:
        return Badge(Mark.GOOD, _("Met"))
    if waits_for_time(answer, view):
        return Badge(Mark.LATER, _("Later"))
    return Badge(Mark.NEEDED, _("Missing"))


def _words(answer: Answer, overrides: tuple[Override, ...]) -> str:
    if answer.overridden_by and answer.missing:
        reason = next((item.reason for item in overrides if item.guard == answer.guard), "")
        return _("{missing}. Passed by {name}: {reason}").format(
            missing=answer.missing, name=answer.overridden_by, reason=reason
        )
    return answer.missing
