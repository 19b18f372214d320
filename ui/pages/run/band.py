"""The band under the title: how long it has run, where it stands, what is left for a roll-back."""

from collections.abc import Callable
from datetime import datetime

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.i18n import _
from app.services.run.gate_facts import behind
from app.services.run.rollback import ROLLBACK_FACTOR, measured_words
from app.services.run.runbooks import expected_end, planned_end
from app.wording import MINUS, clock, duration
from ui.operations.runs import RunView
from ui.widgets.countdown import Countdown
from ui.widgets.layout import panel, row
from ui.widgets.run_bars import RunStrip, Strip, TimeScale

_NOTABLE_S = 60.0


class RunBand(QWidget):
    """Three parts; the clocks tick by themselves."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        super().__init__()
        self.elapsed = Countdown(_("Elapsed"), now, upwards=True)
        self.left = Countdown(_("Left to start a roll-back"), now)
        self.strip = RunStrip()
        inner = row(self.elapsed, self.strip, self.left, gap=32, margins=(24, 10, 24, 10))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(panel(inner, "raised"))

    def show_view(self, view: RunView, now: datetime, fallback_end: datetime) -> None:
        """Show a run; ``fallback_end`` ends the strip where there is no window."""
        run = view.run
        over = run is None or run.is_over
        self.elapsed.setVisible(not over)
        self.left.setVisible(not over and view.deadline is not None)
        started = run.started_at if run else None
        pace, tone = _pace(view, now)
        self.elapsed.set_target(None if over else started, pace, tone)
        self.left.set_target(None if over else view.deadline, _formula(view))
        if run is None or started is None:
            self.strip.setVisible(False)
            return
        self.strip.setVisible(True)
        closes = view.change.window.span.end if view.change.window and run.is_live else None
        planned = planned_end(run)
        expected = None if over else expected_end(run, now)
        ends = (run.ended_at, planned, *(() if over else (closes or fallback_end, now, expected)))
        end = max(at for at in ends if at is not None)
        self.strip.set_strip(
            Strip(
                TimeScale(started, end, view.zone),
                run.ended_at or now,
                planned,
                expected,
                None if over else view.deadline,
                over=over,
                closes=None if over else closes,
            )
        )


def _pace(view: RunView, now: datetime) -> tuple[str, str]:
    """Say whether the run is behind its plan, and in which colour."""
    behind_s = behind(view.run, now) if view.run else None
    if behind_s is None:
        return "", "ink2"
    if behind_s >= _NOTABLE_S:
        return _("{time} behind plan").format(time=duration(behind_s)), "watch"
    if behind_s <= -_NOTABLE_S:
        return _("{time} ahead of plan").format(time=duration(-behind_s)), "ink2"
    return _("on plan"), "ink2"


def _formula(view: RunView) -> str:
    """Say what the deadline is made of: window end, restore time, factor, the rest of the way."""
    if view.deadline is None or view.change.window is None:
        return ""
    time = view.rollback
    parts = [clock(view.change.window.span.end, view.zone)]
    if time.restore_s:
        parts.append(f"{duration(time.restore_s)} × {ROLLBACK_FACTOR:g}")
    if time.rest_s:
        parts.append(duration(time.rest_s))
    made = f" {MINUS} ".join(parts)
    text = _("until {deadline} = {made}, {how}")
    deadline = clock(view.deadline, view.zone)
    return text.format(deadline=deadline, made=made, how=measured_words(time))
