"""A file of samples before it is kept: how it was understood, what lies in the windows."""

from dataclasses import replace
from datetime import datetime

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from app.domain.metric import Metric, WindowName
from app.i18n import _
from app.services.metric.import_words import remarks
from app.services.metric.imports import FileImport, Outlook
from app.wording import count, moment, number
from ui.cells import Badge, Column, Mark
from ui.models.rows import RowsModel
from ui.widgets.badges import StateBadge
from ui.widgets.buttons import Button, Kind, Tall
from ui.widgets.facts import FactStrip
from ui.widgets.fields import ChoiceField
from ui.widgets.labels import Label, panel_title
from ui.widgets.layout import MARGIN, column, row
from ui.widgets.table import Rows, Table

_ZONE_LENGTH, _COLUMN_LENGTH = 22, 30


class ImportPanel(QWidget):
    """Shows a file as it was read; another column or zone reads it again."""

    looked = Signal(object)  # FileImport
    kept = Signal(object)  # FileImport
    dropped = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._outlook: Outlook | None = None
        self._metric: Metric | None = None
        self._zone, self._unit = "UTC", ""
        self._title, self._about = panel_title(), Label("", tone="ink2")
        self._facts, self.state = FactStrip(), StateBadge()
        self.column = ChoiceField(_("Column"))
        self.column.combo.setMinimumContentsLength(_COLUMN_LENGTH)
        self.zone = ChoiceField(_("Times that name no zone are meant in"))
        self.zone.combo.setMinimumContentsLength(_ZONE_LENGTH)
        for field in (self.column, self.zone):
            field.edited.connect(self._on_chosen)
        self.table = Table(
            RowsModel((
                Column(_("Time"), self._time, width=250),
                Column(_("Value"), self._value, width=140, right=True),
                Column("", lambda _item: ""),
            )),
            rows=Rows.NORMAL, name="samples", margin=MARGIN,
        )  # fmt: skip
        self._remarks = Label("", tone="ink2", wrap=True)
        self.more = Button(_("Look for series that begin later"), tall=Tall.COMPACT)
        self.more.clicked.connect(self._on_more)
        self.keep = Button(_("Keep as evidence"), Kind.PRIMARY, icon="archive")
        self.keep.clicked.connect(self._on_keep)
        self.drop = Button(_("Choose another file"))
        self.drop.clicked.connect(self.dropped)
        head = column(
            row(self._title, self._about, None),
            row(self.state, None),
            self._facts,
            row(self.column, self.zone, None, gap=16),
            gap=12,
            margins=(MARGIN, 16, MARGIN, 16),
        )
        foot = row(None, self.drop, self.keep, gap=8, margins=(MARGIN, 12, MARGIN, 20))
        notes = column(self._remarks, row(self.more, None), margins=(MARGIN, 12, MARGIN, 0))
        layout = column(head, self.table, notes, foot, gap=0)
        layout.setStretch(1, 1)
        self.setLayout(layout)

    def show_outlook(self, outlook: Outlook, metric: Metric, zone: str) -> None:
        """Show what a file holds for a metric; ``zone`` is the one the times are shown in."""
        self._outlook, self._metric = outlook, metric
        self._zone, self._unit = zone, metric.unit
        wanted = outlook.wanted
        self._title.setText(wanted.path.name)
        self._about.setText(_("for {metric}").format(metric=metric.name))
        self.column.set_options([(name, name) for name in outlook.names])
        self.column.set_value(wanted.column)
        zones = dict.fromkeys((wanted.zone, zone, "UTC"))
        self.zone.set_options([(name, name) for name in zones])
        self.zone.set_value(wanted.zone)
        self.state.set_badge(_badge(outlook))
        self._facts.set_facts(_facts(outlook, zone))
        self.table.set_rows([_Sample(at, value) for at, value in outlook.shown])
        self._remarks.setText("\n".join(remarks(outlook)))
        self.more.setVisible(outlook.may_hold_more)
        self.more.setEnabled(True)
        useless = _("Nothing of it lies in the windows of the change.")
        self.keep.block("" if outlook.is_useful else useless)

    @Slot()
    def restore(self) -> None:
        """Show the file as it was last understood: reading or keeping it came to nothing."""
        if self._outlook is not None and self._metric is not None:
            self.show_outlook(self._outlook, self._metric, self._zone)

    def _look(self, wanted: FileImport) -> None:
        """Ask for another look; until it is there nothing can be kept but what is seen."""
        self.keep.block(_("The file is being read."))
        self.more.setEnabled(False)
        self.looked.emit(wanted)

    def _time(self, item: "_Sample") -> str:
        return moment(item.at, self._zone, seconds=True)

    def _value(self, item: "_Sample") -> str:
        return number(item.value, self._unit)

    @Slot()
    def _on_chosen(self) -> None:
        if self._outlook is not None:
            wanted = self._outlook.wanted
            self._look(replace(wanted, column=self.column.value, zone=self.zone.value))

    @Slot()
    def _on_more(self) -> None:
        if self._outlook is not None:
            wanted = self._outlook.wanted
            self._look(replace(wanted, every_name=True))

    @Slot()
    def _on_keep(self) -> None:
        if self._outlook is not None:
            self.keep.block(_("The samples are being kept and judged."))
            self.kept.emit(self._outlook.wanted)


class _Sample:
    """One row of the preview."""

    def __init__(self, at: datetime, value: float) -> None:
        self.at, self.value = at, value
        self.id = at.isoformat()


def _badge(outlook: Outlook) -> Badge:
    if not outlook.is_whole:
        return Badge(Mark.MIXED, _("A long file: only its beginning was looked at"))
    before, after = (outlook.samples[name] for name in (WindowName.BEFORE, WindowName.AFTER))
    if not outlook.is_useful:
        return Badge(Mark.BAD, _("Nothing lies in the windows of the change"))
    if not before or not after:
        side = _("after") if before else _("before")
        return Badge(
            Mark.WATCH, _("Nothing lies in the window {side} the change").format(side=side)
        )
    return Badge(Mark.GOOD, _("Both windows have samples"))


def _facts(outlook: Outlook, zone: str) -> list[tuple[str, str]]:
    if not outlook.is_whole:
        return [
            (_("Rows, about"), count(_rounded(outlook.rows / outlook.share))),
            (_("Looked at"), count(outlook.rows)),
            (_("First"), moment(outlook.first, zone)),
            (_("Last looked at"), moment(outlook.last, zone)),
        ]
    return [
        (_("Rows"), count(outlook.rows)),
        (_("First"), moment(outlook.first, zone)),
        (_("Last"), moment(outlook.last, zone)),
        (_("Window before"), count(outlook.samples[WindowName.BEFORE])),
        (_("Window after"), count(outlook.samples[WindowName.AFTER])),
        (_("Earlier days"), count(outlook.days)),
    ]


def _rounded(rows: float) -> int:
    """Return an estimate with two figures."""
    return int(float(f"{rows:.1e}"))
