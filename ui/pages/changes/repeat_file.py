"""The file of a later window before it is kept: which hours would be compared, and with what."""

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.domain.metric import Metric
from app.i18n import _, ngettext
from app.services.metric.benefit_files import DayOutlook
from app.services.metric.import_words import remarks
from app.wording import clock_span, count, moment
from ui.cells import Badge, Mark
from ui.widgets.badges import StateBadge
from ui.widgets.buttons import Button, Kind, WithReason
from ui.widgets.facts import FactStrip
from ui.widgets.fields import ChoiceField
from ui.widgets.form import Form
from ui.widgets.labels import Label, panel_title
from ui.widgets.layout import card, column, row


class RepeatFile(QWidget):
    """Shows a file as it was read for a day; another measure, column or zone reads it again."""

    looked = Signal(object)  # FileImport
    kept = Signal(object)  # FileImport
    closed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._outlook: DayOutlook | None = None
        self.title, self.state = panel_title(), StateBadge()
        self._facts = FactStrip()
        self.measure = ChoiceField(_("Measure"))
        self.column = ChoiceField(_("Column"))
        self.zone = ChoiceField(_("Times that name no zone are meant in"))
        self.remarks = Label("", tone="ink2", wrap=True)
        self.keep = Button(_("Keep as measurement"), Kind.PRIMARY, icon="archive")
        self.close_it = Button(_("Not now"))
        form = Form(3)
        for name in ("measure", "column", "zone"):
            field = getattr(self, name)
            form.add(name, field)
            field.edited.connect(self._on_chosen)
        self.keep.clicked.connect(self._on_keep)
        self.close_it.clicked.connect(self.closed)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(
            card(
                column(
                    row(self.title, None, self.state),
                    self._facts,
                    form,
                    self.remarks,
                    row(None, self.close_it, WithReason(self.keep), gap=8),
                    gap=12,
                    margins=(16, 12, 16, 16),
                )
            )
        )

    def show_outlook(self, outlook: DayOutlook, metrics: Sequence[Metric], zone: str) -> None:
        """Show what a file holds; ``metrics`` are those that can be brought on this day."""
        self._outlook = outlook
        wanted = outlook.outlook.wanted
        days = _("{n} days after the work").format(n=outlook.days)
        self.title.setText(f"{wanted.path.name}, {days}")
        self.measure.set_options([(item.id, item.name) for item in metrics])
        self.measure.set_value(wanted.metric)
        self.column.set_options([(name, name) for name in outlook.outlook.names])
        self.column.set_value(wanted.column)
        self.zone.set_options([(name, name) for name in dict.fromkeys((wanted.zone, zone, "UTC"))])
        self.zone.set_value(wanted.zone)
        self.state.set_badge(_badge(outlook))
        self._facts.set_facts(_facts(outlook, zone))
        words = [_later(outlook), *remarks(outlook.outlook)]
        self.remarks.setText("\n".join(word for word in words if word))
        self.remarks.setVisible(any(words))
        self.keep.block("" if outlook.n else _("nothing of it lies in this window"))

    @Slot()
    def _on_chosen(self) -> None:
        if self._outlook is not None:
            self.looked.emit(
                replace(
                    self._outlook.outlook.wanted,
                    metric=self.measure.value,
                    column=self.column.value,
                    zone=self.zone.value,
                )
            )

    @Slot()
    def _on_keep(self) -> None:
        if self._outlook is not None:
            self.keep.block(_("being kept"))
            self.kept.emit(self._outlook.outlook.wanted)


def _badge(outlook: DayOutlook) -> Badge:
    if not outlook.n:
        return Badge(Mark.BAD, _("Nothing lies in the window"))
    if outlook.days_later:
        return Badge(Mark.WATCH, _("Only a later day has samples"))
    return Badge(Mark.GOOD, _("The window has samples"))


def _later(outlook: DayOutlook) -> str:
    if not outlook.days_later or not outlook.n:
        return ""
    text = ngettext(
        "The window lies {n} day later than agreed; the report says so.",
        "The window lies {n} days later than agreed; the report says so.",
        outlook.days_later,
    )
    return text.format(n=outlook.days_later)


def _facts(outlook: DayOutlook, zone: str) -> list[tuple[str, str]]:
    found = outlook.outlook
    return [
        (_("Window compared"), clock_span(outlook.start, outlook.end, zone)),
        (_("Samples in it"), count(outlook.n)),
        (_("First in the file"), moment(found.first, zone)),
        (_("Last in the file"), moment(found.last, zone)),
    ]
