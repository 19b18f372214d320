"""The line above the calendar: which period, which shape, in which zones."""

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.i18n import _
from ui.pages.calendar.canvas import shape_name
from ui.pages.calendar.period import Period, Shape
from ui.paint import scaled
from ui.theme import BOLD, LARGE
from ui.widgets.buttons import Button, Tall, icon_button
from ui.widgets.fields import Combo
from ui.widgets.labels import Label, quiet
from ui.widgets.layout import MARGIN
from ui.widgets.search import FilterChips

_ROOMY = 1180
"""From this width on everything stands in full."""


class PeriodBar(QWidget):
    """Back, today, on; the period in words; the shape; the zones; zoom."""

    turned = Signal(int)
    today_wanted = Signal()
    shaped = Signal(object)  # Shape
    zones_chosen = Signal(str, str)
    zoomed = Signal(int)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__()
        self.back, self.on = (
            icon_button("chevron-left", _("Earlier (Page Up)"), compact=True),
            icon_button("chevron-right", _("Later (Page Down)"), compact=True),
        )
        self.today = Button(_("Today"), keys="T", tall=Tall.COMPACT)
        self.title = Label(size=LARGE, weight=BOLD)
        self.shapes = FilterChips([shape_name(shape) for shape in Shape])
        self.zone, self.second = Combo(), Combo()
        self.zone.setMinimumContentsLength(13)
        self.second.setMinimumContentsLength(13)
        self.zone.setAccessibleName(_("Time zone of the calendar"))
        self.second.setAccessibleName(_("Second time zone beside it"))
        self.wider, self.closer = (
            icon_button("minus", _("Show more time (-)"), compact=True),
            icon_button("plus", _("Show less time (+)"), compact=True),
        )
        layout = QHBoxLayout(self)
        layout.setContentsMargins(MARGIN, 8, MARGIN, 8)
        layout.setSpacing(8)
        for widget in (self.back, self.today, self.on):
            layout.addWidget(widget)
        layout.addSpacing(4)
        layout.addWidget(self.title, 1)
        layout.addWidget(self.shapes)
        layout.addWidget(self.wider)
        layout.addWidget(self.closer)
        layout.addSpacing(8)
        self._times_in = quiet(_("Times in"))
        layout.addWidget(self._times_in)
        layout.addWidget(self.zone)
        layout.addWidget(self.second)
        self._connect()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give up words and room of the zones before the shapes are cut."""
        super().resizeEvent(event)
        roomy = self.width() >= scaled(_ROOMY)
        self._times_in.setVisible(roomy)
        for combo in (self.zone, self.second):
            combo.setMinimumContentsLength(13 if roomy else 5)
            combo.setMaximumWidth(scaled(240 if roomy else 140))

    def show_period(self, period: Period, zones: Sequence[str], second: str) -> None:
        """Show where the calendar is."""
        self.title.setText(period.title)
        self.shapes.mark(period.shape.value)
        month = period.shape is Shape.MONTH
        for button in (self.wider, self.closer):
            button.setVisible(not month)
        _offer(self.zone, [(zone, zone) for zone in zones], period.zone)
        others = [
            (zone, _("and {zone}").format(zone=zone)) for zone in zones if zone != period.zone
        ]
        _offer(self.second, [("", _("no second zone")), *others], second)
        self.second.setVisible(period.shape in (Shape.DAY, Shape.WEEK))

    def _connect(self) -> None:
        self.back.clicked.connect(self._on_back)
        self.on.clicked.connect(self._on_on)
        self.today.clicked.connect(self.today_wanted)
        self.shapes.chosen.connect(self._on_shape)
        self.zone.activated.connect(self._on_zone)
        self.second.activated.connect(self._on_zone)
        self.wider.clicked.connect(self._on_wider)
        self.closer.clicked.connect(self._on_closer)

    @Slot()
    def _on_back(self) -> None:
        self.turned.emit(-1)

    @Slot()
    def _on_on(self) -> None:
        self.turned.emit(1)

    @Slot(int)
    def _on_shape(self, place: int) -> None:
        self.shaped.emit(Shape(place))

    @Slot()
    def _on_zone(self) -> None:
        self.zones_chosen.emit(self.zone.currentData(), self.second.currentData() or "")

    @Slot()
    def _on_wider(self) -> None:
        self.zoomed.emit(1)

    @Slot()
    def _on_closer(self) -> None:
        self.zoomed.emit(-1)


def _offer(combo: Combo, options: Sequence[tuple[str, str]], chosen: str) -> None:
    if [combo.itemData(n) for n in range(combo.count())] != [value for value, _text in options]:
        combo.clear()
        for value, text in options:
            combo.addItem(text, value)
    combo.setCurrentIndex(max(0, combo.findData(chosen)))
