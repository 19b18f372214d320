"""The slim bar below everything: running work with Cancel, vault space, log head, clock."""

from collections.abc import Callable
from datetime import datetime
from time import monotonic

from PySide6.QtCore import QEvent, QRectF, QSize, QTimer, Slot
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.i18n import _, ngettext
from app.tasks import Pace, Progress
from app.wording import bytes_size, clock, day, percent, time_left, zone_with_offset
from ui.cells import Badge, Mark
from ui.format import tip
from ui.paint import Painted, Style, hline
from ui.shell.facts import ShellFacts
from ui.tasks import Task
from ui.theme import BOLD, SMALL, tokens
from ui.widgets.badges import badge_width, draw_badge
from ui.widgets.buttons import icon_button
from ui.widgets.dressed import progress_bar
from ui.widgets.labels import Label
from ui.widgets.layout import add_layout

_NOTE_MS = 6000
_SILENT_S = 10.0
"""After so long without a step forward, how long the rest takes is not known."""


class _Activity(Painted):
    """Icon and words of what runs."""

    def __init__(self) -> None:
        super().__init__()
        self._badge = Badge(Mark.DONE, "")

    def show_badge(self, badge: Badge) -> None:
        self._badge = badge
        self.say(badge.word)

    def sizeHint(self) -> QSize:
        high = round(Style(size=SMALL).metrics().height()) + 6
        return QSize(round(badge_width(self._badge, SMALL)) + 6, high)

    def paintEvent(self, event: QPaintEvent) -> None:
        draw_badge(QPainter(self), QRectF(self.rect()), self._badge, SMALL)


class StatusBar(QWidget):
    """Says what the program does now; never covers what went before with a dialog."""

    def __init__(
        self, now: Callable[[], datetime], steady_s: Callable[[], float] = monotonic
    ) -> None:
        super().__init__()
        self._now, self._steady_s, self._zone = now, steady_s, "UTC"
        self._running: list[Task] = []
        self._note: Badge | None = None
        self._pace, self._moved_s, self._part = Pace(), 0.0, ""
        self._activity = _Activity()
        self._bar = progress_bar()
        self._bar.setFixedSize(96, 4)
        self._share = Label(size=SMALL, tone="ink2")
        self._cancel = icon_button("x", _("Cancel"), compact=True)
        self._cancel.clicked.connect(self._on_cancel)
        self._vault, self._head, self._clock = (Label(size=SMALL, tone="ink2") for _n in range(3))
        self._hash = Label(size=SMALL, tone="ink2", mono=True)
        self._label = Label(size=SMALL, weight=BOLD, tone="watch")
        self._label.hide()
        head = QHBoxLayout()
        head.setSpacing(4)
        head.addWidget(self._head)
        head.addWidget(self._hash)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 1, 16, 0)
        layout.setSpacing(16)
        for widget in (self._activity, self._bar, self._share, self._cancel):
            layout.addWidget(widget)
        layout.addStretch(1)
        layout.addWidget(self._label)
        layout.addWidget(self._vault)
        add_layout(layout, head)
        layout.addWidget(self._clock)
        self._fit_height()
        self._note_timer = QTimer(self)
        self._note_timer.setSingleShot(True)
        self._note_timer.timeout.connect(self._on_note_over)
        timer = QTimer(self)
        timer.timeout.connect(self._tick)
        timer.start(1000)
        self._tick()
        self._look()

    def show_facts(self, facts: ShellFacts) -> None:
        """Show vault space, log head and the zone of the clock."""
        self._zone = facts.zone
        free = _("Vault {size} free").format(size=bytes_size(facts.vault_free_bytes))
        self._vault.setText(free if facts.vault_free_bytes is not None else "")
        self._head.setText(_("Log head") if facts.log_head else "")
        self._hash.setText(facts.log_head[:8])
        self._hash.setToolTip(tip(facts.log_head))
        self._tick()
        self._make_room()

    def show_label(self, text: str) -> None:
        """Say from now on what kind of data this is."""
        self._label.setText(text)
        self._label.show()

    def say(self, text: str, mark: Mark = Mark.GOOD) -> None:
        """Say for a few seconds that something was done."""
        self._note = Badge(mark, text)
        self._note_timer.start(_NOTE_MS)
        self._look()

    @Slot(object)
    def follow(self, task: Task) -> None:
        """Show a task until it has ended."""
        self._running.append(task)
        task.progressed.connect(self._on_progress)
        task.ended.connect(self._on_ended)
        self._look()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the size of the type."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.ApplicationFontChange:
            self._fit_height()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show what there is room for."""
        super().resizeEvent(event)
        self._make_room()

    def _make_room(self) -> None:
        """Leave out what can be read elsewhere before the words of the work are cut."""
        spare = ((self._head, self._hash), (self._vault,))
        for widget in (*spare[0], *spare[1]):
            widget.show()
        for group in spare:
            if self.sizeHint().width() <= self.width():
                return
            for widget in group:
                widget.hide()

    def _fit_height(self) -> None:
        self.setFixedHeight(round(Style(size=SMALL).metrics().height()) + 15)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Fill the bar and draw its upper edge."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), tokens().raised)
        hline(painter, 0, self.width(), 0)

    def _look(self) -> None:
        task = self._running[-1] if self._running else None
        for widget in (self._bar, self._share, self._cancel):
            widget.setVisible(task is not None)
        if task is not None:
            more = len(self._running) - 1
            also = ngettext("and {n} more", "and {n} more", more).format(n=more) if more else ""
            self._bar.setRange(0, 0)
            self._pace, self._part = Pace(), ""
            self._share.setText("")
            self._activity.show_badge(Badge(Mark.RUNNING, f"{task.title} {also}".strip(), "ink2"))
        else:
            self._activity.show_badge(self._note or Badge(Mark.DONE, _("No work running")))
        self._make_room()

    @Slot(object)
    def _on_progress(self, progress: Progress) -> None:
        task = self._running[-1] if self._running else None
        if task is None or self.sender() is not task:
            return
        words = f"{task.title}: {progress.text}" if progress.text else task.title
        self._activity.show_badge(Badge(Mark.RUNNING, words, "ink2"))
        self._moved_s = self._steady_s()
        left_s = self._pace.left_s(progress, self._moved_s)
        if progress.total:
            self._bar.setRange(0, 1000)
            self._bar.setValue(round(1000 * progress.done / progress.total))
            self._part = percent(progress.done / progress.total)
            left = "" if left_s is None else f", {time_left(left_s)}"
            self._share.setText(self._part + left)
        self._make_room()

    @Slot()
    def _on_ended(self) -> None:
        self._running = [task for task in self._running if task is not self.sender()]
        self._look()

    @Slot()
    def _on_cancel(self) -> None:
        if self._running:
            self._running[-1].cancel()

    @Slot()
    def _on_note_over(self) -> None:
        self._note = None
        self._look()

    @Slot()
    def _tick(self) -> None:
        if self._steady_s() - self._moved_s > _SILENT_S:
            self._share.setText(self._part)
        now = self._now()
        date, time = day(now, self._zone, year=True), clock(now, self._zone)
        self._clock.setText(f"{date} {time} {zone_with_offset(now, self._zone)}")
