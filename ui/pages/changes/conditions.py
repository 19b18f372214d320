"""What the next move still needs: the box under the stage rail, and all conditions in full."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QGridLayout, QSizePolicy, QVBoxLayout, QWidget

from app.domain.change import ChangeState, Stage
from app.domain.review import ACKNOWLEDGED
from app.i18n import _
from app.services.change.transitions import Answer
from app.wording import count_of
from ui import icons
from ui.cells import Badge, Mark
from ui.models.changes import entered_stage, stage_names, stage_position, stage_word
from ui.operations.changes import ChangeView
from ui.pages.changes.waiting import due_at, when_text
from ui.paint import (
    Style,
    by_keyboard,
    focus_ring,
    icon_beside,
    line_height,
    scaled,
    write_words,
)
from ui.theme import BOLD, MEDIUM, tokens
from ui.widgets.badges import StateBadge
from ui.widgets.buttons import link
from ui.widgets.labels import Label
from ui.widgets.layout import add_layout, card, clear, column, panel, row, scrolling
from ui.widgets.stage_rail import Need, NeedsBox, StageRail, stage_area


def needs_of(view: ChangeView) -> list[Need]:
    """Return what the next move lacks."""
    return [
        Need(
            answer.title,
            answer.missing,
            when_text(answer, view),
            due=due_at(answer, view) is None,
        )
        for answer in view.missing
    ]


class NeedsLine(QAbstractButton):
    """What the next stage still needs, in one line; a click unfolds the box."""

    def __init__(self) -> None:
        super().__init__()
        self._head = self._rest = ""
        self._held = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def set_needs(self, stage: str, needs: Sequence[Need], total: int) -> None:
        """Say what a stage lacks of its conditions."""
        self._held = False
        if needs:
            words = _("{stage} still needs {share}:")
            self._head = words.format(stage=stage, share=count_of(len(needs), total))
        else:
            self._head = _("{stage} can begin").format(stage=stage)
        due = [need.name for need in sorted(needs, key=lambda need: not need.due)]
        self._rest = ", ".join(due)
        self.setAccessibleName(f"{self._head} {self._rest}".strip())
        self.update()

    def say(self, text: str) -> None:
        """Say why nothing goes on."""
        self._head, self._rest, self._held = text, "", True
        self.setAccessibleName(text)
        self.update()

    def sizeHint(self) -> QSize:
        """One line."""
        return QSize(200, round(line_height()) + 4)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw head, rest and chevron."""
        painter, look = QPainter(self), tokens()
        icons.draw(painter, "chevron-right", self.width() - 18, (self.height() - 16) / 2, look.ink2)
        area = QRectF(0, 0, self.width() - 26, self.height())
        mark = Mark.HELD if self._held else Mark.NEEDED if self._rest else Mark.GOOD
        tone, name = mark.tone, mark.icon
        area = icon_beside(painter, area, name, look.named(tone))
        write_words(
            painter, area, ((self._head, Style(weight=MEDIUM)), (self._rest, Style("ink2")))
        )
        if by_keyboard(self):
            focus_ring(painter, QRectF(self.rect()), 4)


class StageArea(QWidget):
    """The rail, the box below it, and the full list of conditions when it is wanted.

    Beside the overview the box folds into one line, so that forms have room.
    """

    override_wanted = Signal(str)  # id of a guard

    def __init__(self) -> None:
        super().__init__()
        self.rail = StageRail(stage_names(), 0)
        self.box, self.line = NeedsBox(self.rail), NeedsLine()
        self._folded = self._known = False
        self.all = Conditions()
        self.all.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(stage_area(self.rail, self.box))
        layout.addWidget(self.line)
        layout.addWidget(self.all)
        self.box.wanted_all.connect(self.toggle)
        self.line.clicked.connect(self._unfold)
        self.all.override_wanted.connect(self.override_wanted)
        self.all.left.connect(self.toggle)

    def show_view(self, view: ChangeView) -> None:
        """Show how far a change is and what it lacks."""
        self.rail.set_stages(stage_names(), stage_position(view.change))
        returns = view.change.state is ChangeState.REJECTED and not view.missing
        # nothing is lacking there: the approvals below say why it came back
        self._known = view.move is not None and bool(view.answers) and not returns
        self._follow()
        if view.move is None or not self._known:
            return
        if view.change.on_hold:
            self._say_held(view)
            return
        stage = entered_stage(view.move.target)
        points_at, needs = list(Stage).index(stage), needs_of(view)
        self.box.set_needs(stage_word(stage), needs, len(view.answers), points_at)
        self.line.set_needs(stage_word(stage), needs, len(view.answers))
        self.all.show_view(view)

    def _say_held(self, view: ChangeView) -> None:
        """Say why it is held; what the next stage lacks is of no use meanwhile."""
        text = _("On hold: {why}").format(why=view.change.on_hold_reason)
        position = stage_position(view.change)
        self.box.say(text, _("Take it off hold, or cancel it."), min(position, len(Stage) - 1))
        self.line.say(text)
        self.all.hide()
        self._follow()

    @Slot(object)
    def tick(self, view: ChangeView) -> None:
        """Say anew how long it takes until time brings what is missing."""
        self.box.set_whens([need.when for need in needs_of(view)])

    def fold(self, *, folded: bool) -> None:
        """Show one line instead of the box, or the box again."""
        self._folded = folded
        self._follow()

    def _follow(self) -> None:
        if not self._known or self._folded:
            self.all.hide()
        self.box.setVisible(self._known and not self._folded and self.all.isHidden())
        self.line.setVisible(self._known and self._folded)

    @Slot()
    def _unfold(self) -> None:
        self.fold(folded=False)

    @Slot()
    def toggle(self) -> None:
        """Show the full list in place of the box, or the box again."""
        self.all.setVisible(self.all.isHidden())
        self._follow()

    def calm(self) -> None:
        """Take the full list away."""
        self.all.hide()
        self._follow()


class Conditions(QWidget):
    """Every condition of the next move: met, missing, later; soft ones can be passed by name."""

    override_wanted = Signal(str)
    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)

    def show_view(self, view: ChangeView) -> None:
        """List the answers of all guards."""
        clear(self._layout)
        listed = ConditionList(view.answers, view)
        listed.override_wanted.connect(self.override_wanted)
        met = sum(answer.met for answer in view.answers)
        less = link(_("Less"))
        less.clicked.connect(self.left)
        head = row(
            Label(_("All conditions"), weight=BOLD),
            Label(_("{share} met").format(share=count_of(met, len(view.answers))), tone="ink2"),
            None,
            less,
        )
        self._layout.addWidget(
            card(column(head, listed, gap=10, margins=(16, 12, 16, 12)), raised=False)
        )


class ConditionList(QWidget):
    """The conditions of one move: state, name, what is missing, and how it can be passed."""

    override_wanted = Signal(str)

    def __init__(self, answers: Sequence[Answer], view: ChangeView) -> None:
        super().__init__()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(10)
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(2, 1)
        for line, answer in enumerate(
            sorted(answers, key=lambda a: (a.met, due_at(a, view) is not None))
        ):
            self._add(grid, line, answer, view)
        add_layout(layout, grid)
        if any(not answer.hard for answer in answers):
            text = _("A condition that is not fixed can be passed in your name, with a reason. It"
                     " is logged, and page 1 of the report names it.")  # fmt: skip
            layout.addWidget(Label(text, tone="ink2", size=11, wrap=True))

    def _add(self, grid: QGridLayout, line: int, answer: Answer, view: ChangeView) -> None:
        top = Qt.AlignmentFlag.AlignVCenter
        grid.addWidget(StateBadge(_badge(answer, view)), line, 0, top)
        grid.addWidget(Label(answer.title), line, 1, top)
        grid.addWidget(Label(_words(answer), tone="ink2", wrap=True), line, 2)
        if answer.met:
            return
        if answer.hard:
            grid.addWidget(Label(_("fixed"), tone="ink2", size=11), line, 3, top)
            return
        seen = answer.guard in ACKNOWLEDGED
        button = link(_("Acknowledge it") if seen else _("Pass it by name"))
        button.setAccessibleName(_("Pass by name: {title}").format(title=answer.title))
        button.setProperty("guard", answer.guard)
        button.clicked.connect(self._on_override)
        grid.addWidget(button, line, 3, top)

    @Slot()
    def _on_override(self) -> None:
        self.override_wanted.emit(str(self.sender().property("guard")))


def _badge(answer: Answer, view: ChangeView) -> Badge:
    if answer.override is not None:
        return Badge(Mark.WATCH, _("Passed"))
    if answer.met:
        return Badge(Mark.GOOD, _("Met"))
    if due_at(answer, view):
        return Badge(Mark.LATER, _("Later"))
    return Badge(Mark.NEEDED, _("Missing"))


def _words(answer: Answer) -> str:
    if answer.override is not None:
        return _("{missing}. Passed by {name}: {reason}").format(
            missing=answer.missing, name=answer.override.by, reason=answer.override.reason
        )
    if answer.lapsed is not None:
        return _("{missing}. {name} passed it before, for something else").format(
            missing=answer.missing, name=answer.lapsed.by
        )
    return answer.missing


def held(listed: ConditionList) -> QWidget:
    """Return conditions in a place that scrolls where the window is too low for all of them."""
    area = scrolling(panel(column(listed), fill="raised"))
    area.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
    area.setMinimumHeight(min(listed.sizeHint().height(), scaled(_LEAST_LIST)))
    area.setFocusProxy(listed)
    return area


_LEAST_LIST = 170
"""Four conditions can be read at once, however low the window is."""
