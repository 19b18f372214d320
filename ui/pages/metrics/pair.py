"""Two measures against each other: whether they go up and down together."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from app.i18n import _
from app.services.pictures.pair import PairPicture
from ui.operations.metrics import MetricsView
from ui.operations.plot_panel import PlotPanel
from ui.widgets.facts import KeyValues
from ui.widgets.fields import ChoiceField
from ui.widgets.labels import Label
from ui.widgets.layout import MARGIN, column, row

_LENGTH = 32


class PairView(QWidget):
    """Asks for two measures and shows their scatter."""

    wanted = Signal(str, str)  # ids of two metrics
    failed = Signal(object)  # AppError

    def __init__(self) -> None:
        super().__init__()
        self.one, self.other = ChoiceField(_("Across")), ChoiceField(_("Upwards"))
        for field in (self.one, self.other):
            field.combo.setMinimumContentsLength(_LENGTH)
            field.edited.connect(self.ask)
        self.plot = PlotPanel()
        self.plot.failed.connect(self.failed)
        self._facts = KeyValues()
        self._meaning = Label("", weight=500, wrap=True)
        layout = column(
            row(self.one, self.other, None, gap=16), self.plot, self._facts, self._meaning,
            gap=12, margins=(MARGIN, 16, MARGIN, 16),
        )  # fmt: skip
        layout.setStretch(1, 1)
        layout.addStretch(0)  # without a chart the words stay at the top
        self.setLayout(layout)

    def show_view(self, view: MetricsView) -> None:
        """Offer the measures of a change; those that were chosen stay."""
        judged = [item for item in view.metrics if item.found is not None]
        for field, first in ((self.one, 0), (self.other, 1)):
            kept = field.value
            field.set_options([(item.id, item.metric.name) for item in judged])
            known = {item.id for item in judged}
            if kept not in known and len(judged) > first:
                field.set_value(judged[first].id)

    @Slot()
    def ask(self) -> None:
        """Ask for the picture of the two that are chosen."""
        if self.one.value and self.other.value and self.one.value != self.other.value:
            self.wanted.emit(self.one.value, self.other.value)
        else:
            self.plot.hide()
            self._facts.set_facts([])
            self._meaning.setText(_("Choose two measures that have samples on both sides."))

    @Slot(object)
    def show_pair(self, pair: PairPicture) -> None:
        """Show a picture that was asked for."""
        self.plot.setVisible(pair.plot is not None)
        self.plot.show_plot(pair.plot)
        sides = ((_("Before"), pair.before), (_("After"), pair.after))
        self._facts.set_facts([(name, text) for name, text in sides if text])
        self._meaning.setText(pair.meaning)
