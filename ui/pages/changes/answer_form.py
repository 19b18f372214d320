"""One answer of a round of asking, added by hand or corrected."""

from datetime import date

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.domain.feedback import LEAST, MOST, Response, Survey
from app.i18n import _
from ui.theme import BOLD
from ui.widgets.buttons import Button, Kind, Tall
from ui.widgets.fields import ChoiceField, LineField, TextField
from ui.widgets.form import Form
from ui.widgets.labels import Label
from ui.widgets.layout import add_layout, card, column, row


class AnswerPart(QWidget):
    """Two buttons and the form they open; ``kept`` says what to keep, and where."""

    kept = Signal(str, int, object)  # the survey, the place or -1 for a new one, the Response

    def __init__(self) -> None:
        super().__init__()
        self._shown: tuple[Survey | None, Response | None] = (None, None)
        self._survey, self._place = "", -1
        self.add = Button(_("Add an answer"), icon="plus", tall=Tall.COMPACT)
        self.correct = Button(_("Correct it"), icon="pencil", tall=Tall.COMPACT)
        self.heading = Label(weight=BOLD)
        ratings = [(str(n), str(n)) for n in range(MOST, LEAST - 1, -1)]
        self.rating = ChoiceField(_("Rating"), [("", _("none given")), *ratings])
        self.role = LineField(_("Role or team"))
        self.said_on = LineField(_("Day"), _("Such as 2026-11-14; empty if nobody knows."))
        self.text = TextField(_("What was said"), lines=3)
        self.keep = Button(_("Keep it"), Kind.PRIMARY, tall=Tall.COMPACT)
        self.leave = Button(_("Not now"), tall=Tall.COMPACT)
        form = Form(3)
        for name in ("rating", "role", "said_on"):
            form.add(name, getattr(self, name))
        form.add("text", self.text, wide=True)
        inner = column(
            self.heading, form, row(None, self.leave, self.keep), gap=12, margins=(16, 12, 16, 16)
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        self.card = card(inner)
        add_layout(layout, row(self.add, self.correct, None))
        layout.addWidget(self.card)
        self.add.clicked.connect(self._on_add)
        self.correct.clicked.connect(self.ask_correction)
        self.keep.clicked.connect(self._on_keep)
        self.leave.clicked.connect(self.card.hide)
        self.card.hide()

    def follow(self, survey: Survey | None, answer: Response | None, *, locked: bool) -> None:
        """Follow the round and the answer that are picked."""
        self._shown = (survey, answer)
        self.add.setVisible(not locked and survey is not None)
        self.correct.setVisible(not locked and answer is not None)

    @Slot()
    def ask_correction(self) -> None:
        """Show the answer that is picked, unless nothing may be edited."""
        survey, answer = self._shown
        if survey is not None and not self.correct.isHidden():
            place = next((n for n, one in enumerate(survey.responses) if one is answer), -1)
            self.ask(survey, place)

    @Slot()
    def _on_add(self) -> None:
        if self._shown[0] is not None:
            self.ask(self._shown[0])

    def ask(self, survey: Survey, place: int = -1) -> None:
        """Ask for a new answer, or show the one at a place."""
        self._survey, self._place = survey.id, place
        known = survey.responses[place] if place >= 0 else Response()
        self.heading.setText(_("Correct an answer") if place >= 0 else _("Add an answer"))
        self.rating.set_value("" if known.rating is None else str(known.rating))
        self.role.set_value(known.role)
        self.said_on.set_value(known.said_on.isoformat() if known.said_on else "")
        self.text.set_value(known.text)
        self.text.set_error("")
        self.said_on.set_error("")
        self.card.show()
        self.rating.setFocus()

    @Slot()
    def _on_keep(self) -> None:
        self.text.set_error("")
        self.said_on.set_error("")
        try:
            day = date.fromisoformat(self.said_on.value) if self.said_on.value else None
        except ValueError:
            self.said_on.set_error(_("Use a day such as 2026-11-14."))
            return
        rating = int(self.rating.value) if self.rating.value else None
        if rating is None and not self.text.value:
            self.text.set_error(_("An answer has a rating or a comment."))
            return
        answer = Response(rating, self.text.value, self.role.value, day)
        self.kept.emit(self._survey, self._place, answer)
