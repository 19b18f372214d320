"""The beginning of a change: a title, and what to think of next."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.i18n import _
from app.services.changes import MAX_TITLE
from ui.models.changes import stage_names
from ui.theme import BOLD
from ui.widgets.buttons import Button, primary
from ui.widgets.fields import LineField
from ui.widgets.labels import Label, title
from ui.widgets.layout import MARGIN, column, row
from ui.widgets.stage_rail import StageRail


class NewChange(QWidget):
    """Asks for the title; everything else is filled in on the record itself."""

    wanted = Signal(str)  # the title
    closed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.field = LineField(
            _("Title"),
            _("What shall be different afterwards, in one line. It can be altered later."),
            placeholder=_("Upgrade the orders database to PostgreSQL 16"),
        )
        self.field.line.setMaxLength(MAX_TITLE)
        self.begin, self.cancel = primary(_("Begin the draft")), Button(_("Not now"))
        rail = StageRail(stage_names(), 0)
        rail.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        then = Label(_("What comes then"), weight=BOLD)
        steps = (
            _("Say which need it answers, and show it with a record."),
            _("Say who is affected, and what is touched and what is not."),
            _("Compare options, judge the risk, write the steps forward and back."),
            _("Agree on a window. The plan is approved exactly as it stands."),
        )
        parts = column(
            title(_("New change")),
            Label(_("It starts as a draft. Nothing touches a server before it is approved."),
                  tone="ink2", wrap=True),
            8, self.field, row(self.begin, self.cancel, None), 16, rail, 8, then,
            *(Label(text, tone="ink2", wrap=True) for text in steps),
            None,
            gap=8,
        )  # fmt: skip
        inner = QWidget()
        inner.setMaximumWidth(770)
        inner.setLayout(parts)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(MARGIN, 16, MARGIN, 16)
        layout.addWidget(inner)
        self.begin.clicked.connect(self._on_begin)
        self.cancel.clicked.connect(self.closed)
        self.field.line.returnPressed.connect(self._on_begin)

    def start(self) -> None:
        """Empty the form and put the keyboard into it."""
        self.field.set_value("")
        self.field.set_error("")
        self.begin.block("")
        self.field.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape leaves."""
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)

    @Slot()
    def _on_begin(self) -> None:
        if not self.field.value:
            self.field.set_error(_("A change needs a title."))
            self.field.setFocus()
        elif self.begin.isEnabled():
            self.begin.block(_("being recorded"))
            self.wanted.emit(self.field.value)
