"""The waiver for old cryptography: what it says, and the form to give or end it."""

from datetime import UTC, date, datetime

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from app.domain.host import Host, LegacyWaiver
from app.i18n import _
from app.services.host.legacy_hosts import LONGEST_DAYS
from app.wording import day
from ui.cells import Badge, Mark
from ui.widgets.badges import StateBadge
from ui.widgets.buttons import Button, Kind, link
from ui.widgets.fields import ChoiceField, LineField
from ui.widgets.flow import Flow
from ui.widgets.labels import Label
from ui.widgets.layout import column, panel, row

_SPANS = (
    ("1", _("today and tomorrow")),
    ("7", _("for a week")),
    ("30", _("for 30 days")),
    (str(LONGEST_DAYS), _("for {n} days").format(n=LONGEST_DAYS)),
)


class LegacyPart(QWidget):
    """Shows whether old algorithms are allowed on a host, why and until when."""

    allowed = Signal(str, int)  # reason, days
    ended = Signal()

    def __init__(self, host: Host, *, holds: bool) -> None:
        super().__init__()
        self._reason = LineField(_("Why it is needed"), _("Who upgrades the server, and when?"))
        self._span = ChoiceField(_("How long"), _SPANS)
        allow = Button(_("Allow old cryptography"), Kind.DANGER)
        allow.clicked.connect(self._on_allow)
        self._form = panel(column(self._reason, self._span, row(None, allow), gap=8))
        self._form.hide()
        waiver = host.legacy
        parts = self._standing(waiver, holds=holds) if waiver else self._none()
        self.setLayout(column(*parts, self._form, gap=6))

    def _none(self) -> list[QWidget]:
        more = link(_("The server is too old for that…"))
        more.clicked.connect(self._on_more)
        text = Label(_("Current algorithms only."), tone="ink2")
        return [Flow((text, more), gap=16, line_gap=4)]

    def _standing(self, waiver: LegacyWaiver, *, holds: bool) -> list[QWidget]:
        words = _("Old algorithms allowed until {day}") if holds else _("Waiver ended on {day}")
        badge = Badge(Mark.WATCH if holds else Mark.STOPPED, words.format(day=_day(waiver.until)))
        end = Button(_("End it now") if holds else _("Remove it"))
        end.clicked.connect(self.ended)
        why = _("{why} ({who})").format(why=waiver.reason, who=waiver.by)
        more: list[QWidget] = []
        if not holds:
            again = link(_("Give a new one…"))
            again.clicked.connect(self._on_more)
            more = [panel(row(again, None))]
        return [
            panel(row(StateBadge(badge), None, end)),
            Label(why, tone="ink2", wrap=True),
            *more,
        ]

    @Slot()
    def _on_more(self) -> None:
        self._form.setVisible(not self._form.isVisible())
        if self._form.isVisible():
            self._reason.line.setFocus()

    @Slot()
    def _on_allow(self) -> None:
        if not self._reason.value.strip():
            self._reason.set_error(_("Old cryptography needs a reason."))
            return
        self.allowed.emit(self._reason.value, int(self._span.value))


def _day(at: date) -> str:
    return day(datetime(at.year, at.month, at.day, tzinfo=UTC), "UTC", year=True)
