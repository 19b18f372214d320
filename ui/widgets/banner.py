"""Messages on a page: state word first, then host, step, cause, next; details fold out."""

from PySide6.QtCore import QRectF, Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from app.i18n import _
from ui.cells import Badge, Mark
from ui.messages import Message, Tone
from ui.theme import BOLD, SMALL, font, tokens
from ui.widgets.badges import StateBadge
from ui.widgets.buttons import Button, Kind, Tall, icon_button
from ui.widgets.dressed import text_edit
from ui.widgets.labels import Label
from ui.widgets.layout import MARGIN, Card, add_layout

_MARKS = {
    Tone.ERROR: Mark.BAD,
    Tone.WARNING: Mark.WATCH,
    Tone.DONE: Mark.GOOD,
    Tone.NOTE: Mark.UNKNOWN,
}
_WELL_LINES = 12


class Banner(Card):
    """One message; it stays until it is closed."""

    closed = Signal()

    def __init__(self, message: Message) -> None:
        super().__init__()
        self.message = message
        self.setAccessibleName(message.as_text())
        self._well: QPlainTextEdit | None = None
        layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 12, 12, 12)
        layout.setSpacing(8)
        add_layout(layout, self._head())
        if facts := self._facts():
            add_layout(layout, facts)
        if message.actions:
            add_layout(layout, self._actions())
        if message.details:
            add_layout(layout, self._foot())
            layout.addWidget(self._details())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the bar at the left inside the round corners."""
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        shape = QPainterPath()
        shape.addRoundedRect(QRectF(self.rect()), 6, 6)
        painter.setClipPath(shape)
        painter.fillRect(0, 0, 3, self.height(), tokens().named(self.message.tone))

    def _head(self) -> QHBoxLayout:
        layout = QHBoxLayout()
        layout.setSpacing(6)
        close = icon_button("x", _("Close this message"), compact=True)
        close.clicked.connect(self.closed)
        head = close.sizeHint().height()
        mark = StateBadge(Badge(_MARKS[self.message.tone], "", self.message.tone))
        mark.setFixedHeight(head)
        layout.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
        tone = "ink" if self.message.tone in (Tone.NOTE, Tone.DONE) else self.message.tone.value
        state = Label(self.message.state, weight=BOLD, tone=tone, wrap=True)
        state.setMinimumHeight(head)
        layout.addWidget(state, 1)
        layout.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)
        return layout

    def _facts(self) -> QGridLayout | None:
        message = self.message
        rows = (
            (_("Host"), message.host),
            (_("Step"), message.step),
            (_("Cause"), message.cause),
            (_("State"), message.present),
            (_("Next"), message.next),
        )
        grid = QGridLayout()
        grid.setContentsMargins(22, 0, 0, 0)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        for label, text in rows:
            if text:
                line = grid.rowCount()
                grid.addWidget(Label(label, tone="ink2"), line, 0, Qt.AlignmentFlag.AlignTop)
                words = Label(text, wrap=True).make_selectable()
                words.set_weight(BOLD if label == _("Next") else 400)
                grid.addWidget(words, line, 1)
        return grid if grid.count() else None

    def _actions(self) -> QHBoxLayout:
        layout = QHBoxLayout()
        layout.setContentsMargins(22, 4, 0, 0)
        for position, action in enumerate(self.message.actions):
            button = Button(action.text, Kind.SECONDARY if position else Kind.PRIMARY)
            button.clicked.connect(action.run)
            layout.addWidget(button)
        layout.addStretch(1)
        return layout

    def _foot(self) -> QHBoxLayout:
        layout = QHBoxLayout()
        layout.setContentsMargins(22, 0, 0, 0)
        self._fold = Button(_("Details"), icon="chevron-right", tall=Tall.COMPACT)
        self._fold.setCheckable(True)
        self._fold.toggled.connect(self._unfold)
        copy = Button(_("Copy"), icon="copy", tall=Tall.COMPACT)
        copy.clicked.connect(self._copy)
        layout.addWidget(self._fold)
        layout.addStretch(1)
        layout.addWidget(copy)
        return layout

    def _details(self) -> QPlainTextEdit:
        self._well = text_edit(self.message.details, well=True)
        self._well.setReadOnly(True)
        self._well.setFont(font(SMALL, mono=True))
        self._well.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        lines = min(_WELL_LINES, self.message.details.count("\n") + 1)
        self._well.setFixedHeight(self._well.fontMetrics().lineSpacing() * lines + 32)
        self._well.setAccessibleName(_("Details"))
        self._well.hide()
        return self._well

    @Slot(bool)
    def _unfold(self, wanted: bool) -> None:
        if self._well is not None:
            self._well.setVisible(wanted)
        self._fold.set_icon("chevron-down" if wanted else "chevron-right")

    @Slot()
    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.message.as_text())


class BannerStack(QWidget):
    """The messages of a page, newest first; empty it takes no room."""

    LIMIT = 3

    def __init__(self) -> None:
        super().__init__()
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(MARGIN, 12, MARGIN, 12)
        self._layout.setSpacing(8)
        self._shown: list[Banner] = []
        self.hide()

    @property
    def banners(self) -> tuple[Banner, ...]:
        """What is shown now."""
        return tuple(self._shown)

    def show_message(self, message: Message) -> None:
        """Show a message, once however often it comes; the oldest gives way to a fourth."""
        for same in [shown for shown in self.banners if shown.message == message]:
            self._remove(same)
        banner = Banner(message)
        banner.closed.connect(self._close_sender)
        self._layout.insertWidget(0, banner)
        self._shown.insert(0, banner)
        for old in self.banners[self.LIMIT :]:
            self._remove(old)
        self.show()

    @Slot()
    def clear(self) -> None:
        """Take all messages away."""
        for banner in self.banners:
            self._remove(banner)

    @Slot()
    def _close_sender(self) -> None:
        banner = self.sender()
        if isinstance(banner, Banner):
            self._remove(banner)

    def _remove(self, banner: Banner) -> None:
        self._shown.remove(banner)
        self._layout.removeWidget(banner)
        banner.hide()
        banner.deleteLater()
        self.setVisible(bool(self.banners))
