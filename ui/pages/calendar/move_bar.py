"""Asks before a change moves: from where to where, and everything that this brings."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.i18n import _
from app.services.schedule.conflicts import conflict_sentence, reason_word
from app.services.schedule.scheduling import Move
from app.wording import clock_span
from ui.cells import Badge, Mark
from ui.theme import BOLD
from ui.widgets.badges import StateBadge
from ui.widgets.buttons import Button, Kind
from ui.widgets.labels import Label
from ui.widgets.layout import MARGIN, card, clear, column, panel, row

_MOST = 4
_REASONS = 3
"""Why an offered slot fits; what comes after says what was passed over."""


class MoveBar(QWidget):
    """One move at a time; nothing is written before its button is pressed."""

    confirmed = Signal()
    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.move_button, self.leave = Button(_("Move it"), Kind.PRIMARY), Button(_("Leave it"))
        self.move_button.clicked.connect(self.confirmed)
        self.leave.clicked.connect(self.left)
        self.heading = Label(weight=BOLD, wrap=True)
        self._lines = QVBoxLayout()
        self._lines.setSpacing(6)
        self._lines.setContentsMargins(0, 0, 0, 0)
        inner = column(
            self.heading,
            panel(self._lines),
            row(None, self.leave, self.move_button),
            gap=10,
            margins=(16, 12, 16, 12),
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(MARGIN, 8, MARGIN, 12)
        layout.addWidget(card(inner))
        self.hide()

    def show_move(self, move: Move, zone: str, reasons: tuple[str, ...] = ()) -> None:
        """Ask about a move; ``reasons`` say why it was offered."""
        clear(self._lines)
        before, after = move.change.window, move.window.span
        old = clock_span(before.span.start, before.span.end, zone) if before else _("no window")
        new = clock_span(after.start, after.end, zone)
        self.heading.setText(
            _("Move {number} from {old} to {new}?").format(
                number=move.change.number, old=old, new=new
            )
        )
        for number, reason in enumerate(reasons):
            mark = Mark.GOOD if number < _REASONS else Mark.LIST
            self._lines.addWidget(_line(Badge(mark, ""), reason))
        for badge, text in consequences(move):
            if not reasons or badge.mark is not Mark.GOOD or move.kept:
                self._lines.addWidget(_line(badge, text))
        self.move_button.block(move.refused)
        self.setAccessibleName(f"{self.heading.text()} {' '.join(move.lines)}")
        self.show()
        (self.leave if move.refused else self.move_button).setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape leaves it where it is."""
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)


def consequences(move: Move) -> list[tuple[Badge, str]]:
    """Return what a move brings: signs with a word, and the sentence."""
    if move.refused:
        return [(Badge(Mark.LOCKED, _("Not possible")), move.refused)]
    zone = move.window.zone
    found = [
        (Badge(Mark.WATCH, reason_word(item.reason)), conflict_sentence(item, zone))
        for item in move.conflicts[:_MOST]
    ]
    if len(move.conflicts) > _MOST:
        more = _("{n} more things are in the way.").format(n=len(move.conflicts) - _MOST)
        found.append((Badge(Mark.WATCH, ""), more))
    if not move.conflicts:
        found.append((Badge(Mark.GOOD, _("Free")), _("Nothing is in the way at that time.")))
    if words := move.approval_words:
        mark = (
            Badge(Mark.GOOD, _("Approval stays"))
            if move.kept
            else Badge(Mark.BAD, _("Approval ends"))
        )
        found.append((mark, words))
    if move.voided:
        text = _("What was accepted at the old time must be accepted anew.")
        found.append((Badge(Mark.WATCH, _("Acceptance ends")), text))
    return found


def _line(badge: Badge, text: str) -> QWidget:
    words = Label(text, tone="ink2", wrap=True)
    layout = row(gap=10)
    sign = StateBadge(badge)
    layout.addWidget(sign, 0, Qt.AlignmentFlag.AlignTop)
    layout.addWidget(words, 1)
    return panel(layout)
