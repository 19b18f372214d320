"""Whether drafts come by themselves from a template, and those that were missed."""

from datetime import datetime
from functools import partial

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.domain.template import Recurrence
from app.errors import InvalidInput
from app.i18n import _
from app.services.template.recurrence import check_rule
from app.wording import DASH, count
from ui.widgets.buttons import Button, Tall
from ui.widgets.facts import SectionTitle
from ui.widgets.fields import ChoiceField, LineField
from ui.widgets.form import Form
from ui.widgets.labels import Label
from ui.widgets.layout import add_layout, clear, row

_OWN = "own"
_RULES = (
    ("", "never by themselves"),
    ("FREQ=WEEKLY", "every week"),
    ("FREQ=MONTHLY", "every month, on the same day"),
    ("FREQ=MONTHLY;BYDAY=2TU", "every month, on the second Tuesday"),
    ("FREQ=MONTHLY;INTERVAL=3", "every three months"),
    (_OWN, "by a rule of its own"),
)


class RecurrenceForm(QWidget):
    """Rule, first time, zone, length, lead; empty rule means no drafts by themselves."""

    wanted = Signal(object)  # Recurrence or None
    missed_wanted = Signal(object)  # datetime, naive wall time

    def __init__(self) -> None:
        super().__init__()
        self._shown: Recurrence | None = None
        self.rule = ChoiceField(_("Drafts come"), [(value, _(text)) for value, text in _RULES])
        self.own = LineField(_("Rule (RFC 5545)"), placeholder="FREQ=MONTHLY;BYDAY=2TU")
        self.start = LineField(_("First window begins"), placeholder="2026-12-08 22:00")
        self.zone = LineField(_("Time zone"))
        self.minutes = LineField(_("Length of the window, minutes"))
        self.lead = LineField(_("Made so many days before"))
        self.save = Button(_("Save"), tall=Tall.COMPACT)
        self.missed = QVBoxLayout()
        self.form = Form(2)
        for name in ("rule", "own", "start", "zone", "minutes", "lead"):
            self.form.add(name, getattr(self, name))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(SectionTitle(_("Recurring drafts")))
        layout.addWidget(self.form)
        add_layout(layout, row(self.save, None))
        add_layout(layout, self.missed)
        self.rule.edited.connect(self._follow)
        self.save.clicked.connect(self._on_save)

    def show_recurrence(self, known: Recurrence | None, zone: str) -> None:
        """Show what is set."""
        rule = known.rule if known else ""
        named = rule in [value for value, _text in _RULES]
        self.rule.set_value(rule if named else _OWN)
        self.own.set_value("" if named else rule)
        self.start.set_value(f"{known.start:%Y-%m-%d %H:%M}" if known else "")
        self.zone.set_value(known.zone if known else zone)
        self.minutes.set_value(str(known.minutes) if known else "120")
        self.lead.set_value(str(known.lead_days) if known else "7")
        for field in (self.own, self.start, self.minutes, self.lead):
            field.set_error("")
        self._show_missed(known.missed if known else ())
        self._follow()

    def _show_missed(self, missed: tuple[datetime, ...]) -> None:
        clear(self.missed)
        if missed:
            text = _("Missed, because Change Desk was not open in time: {n}")
            self.missed.addWidget(Label(text.format(n=count(len(missed))), tone="watch"))
        for wall in missed:
            make = Button(_("Make the draft now"), tall=Tall.COMPACT)
            make.clicked.connect(partial(self._on_missed, wall))
            add_layout(self.missed, row(Label(f"{wall:%Y-%m-%d %H:%M}"), make, None, gap=16))

    def _on_missed(self, wall: datetime, _checked: bool = False) -> None:
        self.missed_wanted.emit(wall)

    @Slot()
    def _follow(self) -> None:
        recurs = bool(self.rule.value)
        self.own.setVisible(self.rule.value == _OWN)
        for field in (self.start, self.zone, self.minutes, self.lead):
            field.setVisible(recurs)
        self.form.close_ranks()

    @Slot()
    def _on_save(self) -> None:
        for field in (self.own, self.start, self.minutes, self.lead):
            field.set_error("")
        if not self.rule.value:
            self.wanted.emit(None)
            return
        try:
            start = datetime.strptime(self.start.value, "%Y-%m-%d %H:%M")  # noqa: DTZ007 - wall time
        except ValueError:
            self.start.set_error(_("Use a date and a time such as 2026-12-08 22:00."))
            return
        numbers = [_whole(field) for field in (self.minutes, self.lead)]
        if None in numbers:
            return
        minutes, lead = (number or 0 for number in numbers)
        rule = self.own.value if self.rule.value == _OWN else self.rule.value
        made = Recurrence(rule, start, self.zone.value or "UTC", minutes, lead)
        try:
            check_rule(made)
        except InvalidInput as error:
            (self.own if self.rule.value == _OWN else self.start).set_error(
                f"{error.text} {error.hint}"
            )
            return
        self.wanted.emit(made)


def _whole(field: LineField) -> int | None:
    if not field.value.isdecimal() or len(field.value) > 5:
        field.set_error(_("A whole number, 0{dash}99999.").format(dash=DASH))
        return None
    return int(field.value)
