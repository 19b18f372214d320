"""A date and time with its zone: wall time as typed, and the instant it means."""

from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QWidget

from app.i18n import _
from app.wording import moment
from ui.format import tip
from ui.widgets.fields import Combo, Field
from ui.widgets.moment_edit import MomentEdit


class MomentField(Field):
    """Wall time and IANA zone.

    A wall time that the clocks skip is refused in words; for one they show twice the first or the
    second is asked for.
    """

    def __init__(self, label: str, zones: Sequence[str], hint: str = "") -> None:
        self.edit, self.zone_box, self.fold_box = MomentEdit(), Combo(), Combo()
        self.problem = ""
        """Why there is no instant, in words; "" when there is one."""
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
        self.edit.changed.connect(self._on_changed)
        self.zone_box.activated.connect(self._on_changed)
        self.fold_box.activated.connect(self._on_changed)
        self._check()

    @property
    def zone(self) -> str:
        """The IANA name that was chosen."""
        return self.zone_box.currentText() or "UTC"

    @property
    def wall(self) -> datetime | None:
        """What was typed, without a zone; ``fold`` says which of two. None if it is no time."""
        wall = self.edit.wall
        if wall is None or not self._is_twice(wall):
            return wall
        return wall.replace(fold=max(0, self.fold_box.currentIndex()))

    @property
    def value(self) -> datetime | None:
        """The instant in UTC; None for what is no time, or does not exist in the zone."""
        wall = self.wall
        if wall is None:
            return None
        at = wall.replace(tzinfo=ZoneInfo(self.zone)).astimezone(UTC)
        back = at.astimezone(ZoneInfo(self.zone)).replace(tzinfo=None)
        return at if back == wall.replace(fold=0) else None

    def set_value(self, at: datetime, zone: str) -> None:
        """Show an instant in a zone; does not count as an edit."""
        local = at.astimezone(ZoneInfo(zone))
        if self.zone_box.findText(zone) < 0:
            self.zone_box.addItem(zone)
        self.zone_box.setCurrentText(zone)
        self.edit.set_wall(local.replace(tzinfo=None, fold=0))
        self.fold_box.setCurrentIndex(local.fold)
        self._check()

    def set_wall(self, wall: datetime) -> None:
        """Show a wall time in the zone that is chosen; does not count as an edit."""
        self.edit.set_wall(wall)
        self._check()

    @Slot()
    def _on_changed(self) -> None:
        self._check()
        self.edited.emit()

    def _is_twice(self, wall: datetime) -> bool:
        zone = ZoneInfo(self.zone)
        first, second = (wall.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
        return (first.utcoffset() or first) > (second.utcoffset() or second)  # type: ignore[operator]

    def _check(self) -> None:
        wall = self.edit.wall
        self.fold_box.setVisible(wall is not None and self._is_twice(wall))
        at = self.value
        self.problem = ""
        if wall is None:
            self.problem = _("Write date and time, such as 14 Nov 2026 22:00.")
        elif at is None:
            self.problem = _("The clocks in {zone} skip this time. Choose another one.").format(
                zone=self.zone
            )
        self.set_error(self.problem)
        self.edit.setToolTip(tip(f"{moment(at, self.zone)} = {moment(at)}" if at else ""))
