"""A date and time with its zone: wall time as typed, and the instant it means."""

from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from PySide6.QtCore import QDate, QDateTime, QTime, Slot
from PySide6.QtGui import QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QComboBox, QDateTimeEdit, QHBoxLayout, QWidget

from app.i18n import _
from app.wording import moment
from ui import icons
from ui.format import tip
from ui.theme import tokens
from ui.widgets.fields import Combo, Field


class _Edit(QDateTimeEdit):
    """Date and time with the kit's calendar icon; the wheel scrolls the page."""

    def __init__(self) -> None:
        super().__init__()
        self.setCalendarPopup(True)
        self.setDisplayFormat("ddd d MMM yyyy  HH:mm")

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        icons.draw(
            QPainter(self), "calendar", self.width() - 26, (self.height() - 16) / 2, tokens().ink2
        )


class MomentField(Field):
    """Wall time and IANA zone.

    A wall time that the clocks skip is refused in words; for one they show twice the first or the
    second is asked for.
    """

    def __init__(self, label: str, zones: Sequence[str], hint: str = "") -> None:
        self.edit, self.zone_box, self.fold_box = _Edit(), Combo(), Combo()
        self.fold_box.addItems([_("first time"), _("second time")])
        self.zone_box.addItems(list(zones))
        self.zone_box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        holder = QWidget()
        layout = QHBoxLayout(holder)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self.edit, 3)
        layout.addWidget(self.zone_box, 2)
        layout.addWidget(self.fold_box, 1)
        super().__init__(label, holder, hint)
        holder.setFocusProxy(self.edit)
        self.edit.setAccessibleName(label)
        self.zone_box.setAccessibleName(_("{label}: time zone").format(label=label))
        self.fold_box.setAccessibleName(_("{label}: which of the two").format(label=label))
        self.edit.dateTimeChanged.connect(self._on_changed)
        self.zone_box.activated.connect(self._on_changed)
        self.fold_box.activated.connect(self._on_changed)
        self._check()

    @property
    def zone(self) -> str:
        """The IANA name that was chosen."""
        return self.zone_box.currentText() or "UTC"

    @property
    def wall(self) -> datetime:
        """What was typed, without a zone; ``fold`` says which of two."""
        date, time = self.edit.date(), self.edit.time()
        return datetime(  # noqa: DTZ001 - a wall time is meant; `value` adds the zone
            date.year(), date.month(), date.day(), time.hour(), time.minute(),
            fold=max(0, self.fold_box.currentIndex()) if self._is_twice() else 0,
        )  # fmt: skip

    @property
    def value(self) -> datetime | None:
        """The instant in UTC, None for a wall time that does not exist in the zone."""
        at = self.wall.replace(tzinfo=ZoneInfo(self.zone)).astimezone(UTC)
        back = at.astimezone(ZoneInfo(self.zone)).replace(tzinfo=None)
        return at if back == self.wall.replace(fold=0) else None

    def set_value(self, at: datetime, zone: str) -> None:
        """Show an instant in a zone; does not count as an edit."""
        local = at.astimezone(ZoneInfo(zone))
        self.edit.blockSignals(True)
        if self.zone_box.findText(zone) < 0:
            self.zone_box.addItem(zone)
        self.zone_box.setCurrentText(zone)
        self.edit.setDateTime(
            QDateTime(QDate(local.year, local.month, local.day), QTime(local.hour, local.minute))
        )
        self.fold_box.setCurrentIndex(local.fold)
        self.edit.blockSignals(False)
        self._check()

    @Slot()
    def _on_changed(self) -> None:
        self._check()
        self.edited.emit()

    def _is_twice(self) -> bool:
        date, time = self.edit.date(), self.edit.time()
        wall = datetime(  # noqa: DTZ001 - both readings of the wall time are compared
            date.year(), date.month(), date.day(), time.hour(), time.minute()
        )
        zone = ZoneInfo(self.zone)
        first, second = (wall.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
        return (first.utcoffset() or first) > (second.utcoffset() or second)  # type: ignore[operator]

    def _check(self) -> None:
        self.fold_box.setVisible(self._is_twice())
        at = self.value
        if at is None:
            self.set_error(
                _("The clocks in {zone} skip this time. Choose another one.").format(zone=self.zone)
            )
        else:
            self.set_error("")
            self.edit.setToolTip(tip(f"{moment(at, self.zone)} = {moment(at)}"))
