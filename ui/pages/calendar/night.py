"""Moves a single night of a recurring window: when it takes place instead, and for how long."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.domain.calendar import Occurrence
from app.i18n import _
from app.services.schedule.window_words import occurrence_words
from app.wording import duration
from ui import typed
from ui.messages import Message, MessageAction, Tone
from ui.operations import calendar as operations
from ui.tasks import Task
from ui.theme import BOLD
from ui.widgets.buttons import Button, Kind
from ui.widgets.fields import LineField
from ui.widgets.labels import Label
from ui.widgets.layout import MARGIN, card, column, row
from ui.widgets.moment_field import MomentField

if TYPE_CHECKING:
    from ui.context import UiContext


class NightBar(QWidget):
    """One occurrence at a time; nothing is written before its button is pressed."""

    moved = Signal(object, object, float)  # Occurrence, the wall time, length in seconds
    restored = Signal(object)  # Occurrence

    def __init__(self) -> None:
        super().__init__()
        self._occurrence: Occurrence | None = None
        self.heading = Label(weight=BOLD, wrap=True)
        self.start = MomentField(_("Takes place"), ())
        self.length = LineField(_("Length"), placeholder=_("4 h"))
        self.take, self.leave = Button(_("Move this one"), Kind.PRIMARY), Button(_("Leave it"))
        self.back = Button(_("As the rule says"))
        self.take.clicked.connect(self._on_take)
        self.leave.clicked.connect(self.close_form)
        self.back.clicked.connect(self._on_back)
        self.length.line.returnPressed.connect(self._on_take)
        fields = row(self.start, self.length, gap=16)
        fields.setStretch(0, 3)
        fields.setStretch(1, 1)
        inner = column(
            self.heading, fields, row(self.back, None, self.leave, self.take), gap=12,
            margins=(16, 12, 16, 12),
        )  # fmt: skip
        layout = QVBoxLayout(self)
        layout.setContentsMargins(MARGIN, 8, MARGIN, 12)
        layout.addWidget(card(inner))
        self.hide()

    @property
    def is_open(self) -> bool:
        """Whether an occurrence is being moved."""
        return self._occurrence is not None

    def ask(self, occurrence: Occurrence) -> None:
        """Ask when an occurrence takes place instead."""
        self._occurrence, window = occurrence, occurrence.window
        words = _("Move only this one of “{name}”: {when}")
        self.heading.setText(words.format(name=window.name, when=occurrence_words(occurrence)))
        self.start.zone_box.clear()
        self.start.zone_box.addItem(window.zone)
        self.start.zone_box.setEnabled(False)  # a window keeps its zone
        self.start.set_value(occurrence.span.start, window.zone)
        self.length.set_value(duration(occurrence.span.duration.total_seconds()))
        self.length.set_error("")
        self.back.setVisible(occurrence.moved)
        self.show()
        self.start.edit.setFocus()

    @Slot()
    def close_form(self) -> None:
        """Leave everything as it is."""
        self._occurrence = None
        self.hide()

    @Slot()
    def _on_take(self) -> None:
        wall, length = self.start.wall, typed.length(self.length.value)
        if self._occurrence is None:
            return
        if wall is None or self.start.value is None:
            self.start.set_error(self.start.problem or _("The start is no date and time."))
            return
        if length is None or length <= timedelta(0):
            self.length.set_error(_("Type a length, such as 4 h, 1:30 or 2 d."))
            return
        self.moved.emit(self._occurrence, wall.replace(fold=0), length.total_seconds())
        self.close_form()

    @Slot()
    def _on_back(self) -> None:
        if self._occurrence is not None:
            self.restored.emit(self._occurrence)
            self.close_form()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape leaves it where it is."""
        if event.key() == Qt.Key.Key_Escape:
            self.close_form()
        else:
            super().keyPressEvent(event)


class Nights(QObject):
    """Writes what was asked about single nights, and offers the way back."""

    altered = Signal()
    posted = Signal(object)  # Message
    failed = Signal(object)

    def __init__(self, context: "UiContext", page: QObject, bar: NightBar) -> None:
        super().__init__(page)
        self._context = context
        bar.moved.connect(self._on_moved)
        bar.restored.connect(self._on_restored)

    def skip(self, occurrence: Occurrence) -> None:
        """Let an occurrence not take place."""
        text = _("{when} does not take place").format(when=occurrence_words(occurrence))
        self._follow(operations.skip_occurrence(self._context, occurrence), text, occurrence)

    @Slot(object, object, float)
    def _on_moved(self, occurrence: Occurrence, wall: datetime, length_s: float) -> None:
        task = operations.move_occurrence(self._context, occurrence, wall, length_s)
        old = occurrence_words(occurrence)
        text = _("{when} takes place on {other}").format(when=old, other=f"{wall:%d %b %Y %H:%M}")
        self._follow(task, text, occurrence)

    @Slot(object)
    def _on_restored(self, occurrence: Occurrence) -> None:
        task = operations.return_occurrence(self._context, occurrence)
        self._follow(task, _("It takes place as the rule says"), None)

    def _follow(self, task: Task, text: str, undo: Occurrence | None) -> None:
        def done(_window: object) -> None:
            actions: tuple[MessageAction, ...] = ()
            if undo is not None:
                actions = (MessageAction(_("Undo"), lambda: self._undo(undo)),)
            self.posted.emit(Message(text, Tone.DONE, actions=actions))
            self.altered.emit()

        task.succeeded.connect(done)
        task.failed.connect(self.failed)

    def _undo(self, occurrence: Occurrence) -> None:
        """Put it where it was: to its rule, or to where it had been moved before."""
        if not occurrence.moved:
            self._on_restored(occurrence)
            return
        zone = ZoneInfo(occurrence.window.zone)
        wall = occurrence.span.start.astimezone(zone).replace(tzinfo=None, fold=0)
        length_s = occurrence.span.duration.total_seconds()
        task = operations.move_occurrence(self._context, occurrence, wall, length_s)
        self._follow(task, _("Moved back"), None)
