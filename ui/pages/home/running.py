"""The strip of the run that is under way, at the top of the first page."""

from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.domain.vocabulary import RunState
from app.i18n import _, later, ngettext
from ui.cells import Badge, Mark
from ui.operations.home import RunningNow
from ui.theme import BOLD, LARGE
from ui.widgets.badges import StateBadge
from ui.widgets.buttons import Button, Kind
from ui.widgets.countdown import Countdown
from ui.widgets.labels import Label
from ui.widgets.layout import Line, column, panel, row
from ui.widgets.run_bars import RunStrip, Strip, TimeScale

_STATES = {
    RunState.READY: (Mark.LATER, later("Ready")),
    RunState.RUNNING: (Mark.RUNNING, later("Running now")),
    RunState.WAITING: (Mark.GATE, later("Waits for a decision")),
    RunState.PAUSED: (Mark.HELD, later("Paused")),
    RunState.BACKING_OUT: (Mark.BACK, later("Backing out")),
}


class RunningStrip(QWidget):
    """One run: title, step, times, the countdown to the last roll-back, and the way there."""

    wanted = Signal(str)  # id of the run

    def __init__(self, now: Callable[[], datetime]) -> None:
        super().__init__()
        self._run_id = ""
        self._state, self._number = StateBadge(), Label(tone="ink2")
        self._title = Label(size=LARGE, weight=BOLD)
        self._step = Label(tone="ink2")
        self._others = Label(size=11, tone="ink2")
        self._strip = RunStrip()
        self._left = Countdown(_("Left to roll back"), now)
        self.button = Button(_("Open the run"), Kind.PRIMARY, icon="diamond")
        words = column(row(self._state, self._number, None), self._title, self._step, gap=2)
        words.addWidget(self._others)
        line = row(panel(words), self._strip, self._left, self.button, gap=32)
        line.setContentsMargins(24, 12, 24, 12)
        line.setStretch(0, 3)
        line.setStretch(1, 4)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(panel(line, "raised"))
        layout.addWidget(Line())
        self.button.clicked.connect(self._on_clicked)

    def show_runs(self, running: tuple[RunningNow, ...], now: datetime) -> None:
        """Show the newest run, and say how many others there are."""
        self.setVisible(bool(running))
        if not running:
            return
        from app.services.run.runbooks import expected_end, planned_end  # noqa: PLC0415 - seldom at a start

        first = running[0]
        run, change = first.run, first.change
        self._run_id = run.id
        mark, word = _STATES.get(run.state, _STATES[RunState.RUNNING])
        self._state.set_badge(Badge(mark, _(word)))
        self._number.setText(change.number)
        self._title.setText(change.title)
        self._step.setText(_step_text(first))
        others = len(running) - 1
        words = ngettext("and {n} other run", "and {n} other runs", others)
        self._others.setText(words.format(n=others) if others else "")
        self._others.setVisible(bool(others))
        decides = run.state is RunState.WAITING
        self.button.setText(_("Answer it") if decides else _("Open the run"))
        self.button.set_icon("diamond" if decides else "play")
        self._left.set_target(first.deadline)
        start = run.started_at or now
        closes = change.window.span.end if change.window and run.is_live else None
        planned, expected = planned_end(run), expected_end(run, now)
        end = max(at for at in (closes, now, planned, expected) if at is not None)
        scale = TimeScale(start, end, first.zone)
        self._strip.set_strip(Strip(scale, now, planned, expected, first.deadline, closes=closes))

    @Slot()
    def _on_clicked(self) -> None:
        self.wanted.emit(self._run_id)


def _step_text(running: RunningNow) -> str:
    run = running.run
    step = run.current
    if step is None:
        return ""
    place = [item.step.id for item in run.active].index(step.step.id) + 1
    return _("Step {n} of {all}, {title}").format(
        n=place, all=len(run.active), title=step.step.title
    )
