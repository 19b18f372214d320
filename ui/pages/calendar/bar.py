"""The line above the calendar: which period, which shape, in which zones."""

from collections.abc import Sequence

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QWidget

from app.i18n import _
from ui.pages.calendar.canvas import shape_name
from ui.pages.calendar.period import Period, Shape
from ui.paint import scaled
from ui.theme import BOLD, LARGE
from ui.widgets.buttons import Button, Tall, icon_button
from ui.widgets.fields import Combo
from ui.widgets.labels import Label, quiet
from ui.widgets.layout import MARGIN, row
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
        self._times_in = quiet(_("Times in"))
        self._when, self._how = QWidget(), QWidget()
        self._when.setLayout(row(self.back, self.today, self.on, 4, self.title, None, gap=8))
        self._how.setLayout(
            row(self.shapes, self.wider, self.closer, 8, self._times_in, self.zone, self.second,
                gap=8)
        )  # fmt: skip
        self._sides = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._sides.setContentsMargins(MARGIN, 8, MARGIN, 8)
        self._sides.setSpacing(8)
        self._sides.addWidget(self._when, 1)
        self._sides.addWidget(self._how)
        self._connect()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give up words and room of the zones before the shapes are cut."""
        super().resizeEvent(event)
        roomy = self.width() >= scaled(_ROOMY)
        self._times_in.setVisible(roomy)
        for combo in (self.zone, self.second):
            combo.setMinimumContentsLength(13 if roomy else 5)
            combo.setMaximumWidth(scaled(240 if roomy else 140))
        self._share()

    def _share(self) -> None:
        """Put the shapes and zones below the period where both do not fit beside each other."""
        ways = QBoxLayout.Direction
        needed = self._when.sizeHint().width() + self._how.sizeHint().width() + 2 * MARGIN + 8
        beside = needed <= self.width()
        self._sides.setDirection(ways.LeftToRight if beside else ways.TopToBottom)
        self._sides.setAlignment(
            self._how, Qt.AlignmentFlag(0) if beside else Qt.AlignmentFlag.AlignLeft
        )

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
        self._share()

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
