"""How often a window comes, asked in words and written as an RRULE."""

from datetime import UTC, datetime

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QGridLayout, QWidget

from app.analysis.recurrence import parts_of, until_of
from app.errors import AppError, InvalidInput
from app.i18n import _
from app.wording import day
from ui.typed import wall_time
from ui.widgets.fields import ChoiceField, LineField

ONCE, DAILY, WEEKLY, WEEKDAY, MONTHDAY, WORKDAY, YEARLY, RULE = (
    "once", "daily", "weekly", "weekday", "monthday", "workday", "yearly", "rule",
)  # fmt: skip
_CODES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_WORK = "MO,TU,WE,TH,FR"
_PLACES = ("1", "2", "3", "4", "-1")


class RepeatField(QWidget):
    """Kind, step, days and end; what has no field of its own can be written as a rule."""

    edited = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.kind = ChoiceField(_("Repeats"), _kinds())
        self.step = LineField(_("Every"), placeholder="1")
        self.days = LineField(_("Days"), _("Such as Tue, Sat"))
        self.place = ChoiceField(_("Which"), list(zip(_PLACES, _place_names(), strict=True)))
        self.weekday = ChoiceField(_("Day"), list(zip(_CODES, _day_names(), strict=True)))
        self.rule = LineField(_("Rule"), _("As in calendars: FREQ=MONTHLY;BYDAY=2TU"))
        self.until = LineField(_("Until"), placeholder=_("no end"))
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(12)
        grid.addWidget(self.kind, 0, 0)
        grid.addWidget(self.until, 0, 1)
        for field in (self.place, self.step, self.rule):
            grid.addWidget(field, 1, 0)
        for field in (self.weekday, self.days):
            grid.addWidget(field, 1, 1)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        for field in (self.kind, self.step, self.days, self.place, self.weekday, self.rule,
                      self.until):  # fmt: skip
            field.edited.connect(self._on_edited)
        self._follow()

    def set_rule(self, rule: str, start: datetime) -> None:
        """Show a rule in the fields that can say it, as a rule otherwise."""
        try:
            parts = parts_of(rule) if rule else {}
        except AppError:
            parts = {"": rule}
        until = until_of(parts.pop("UNTIL", ""))
        self.until.set_value(_date_text(until) if until else "")
        self.step.set_value(parts.pop("INTERVAL", "1"))
        self.days.set_value(_code_names(parts.get("BYDAY", _CODES[start.weekday()])))
        self.weekday.set_value(_CODES[start.weekday()])
        self.place.set_value(str((start.day - 1) // 7 + 1))
        kind = self._recognised(parts)
        if kind == RULE:
            self.rule.set_value(rule)
            self.until.set_value("")
        self.kind.set_value(kind)
        self._follow()

    def rule_for(self, start: datetime) -> str:
        """Return the rule for a window that begins at a wall time; "" for once.

        Raises:
            InvalidInput: A field cannot be read; it is said there.
        """
        kind = self.kind.value
        if kind == ONCE:
            return ""
        if kind == RULE:
            return self.rule.value
        made = {
            DAILY: "FREQ=DAILY",
            WEEKLY: f"FREQ=WEEKLY;BYDAY={self._days()}",
            WEEKDAY: f"FREQ=MONTHLY;BYDAY={self.place.value}{self.weekday.value}",
            MONTHDAY: f"FREQ=MONTHLY;BYMONTHDAY={start.day}",
            WORKDAY: f"FREQ=MONTHLY;BYDAY={_WORK};BYSETPOS={self.place.value}",
            YEARLY: f"FREQ=YEARLY;BYMONTH={start.month};BYMONTHDAY={start.day}",
        }[kind]
        step = self._step()
        if step != 1:
            frequency, _sign, rest = made.partition(";")
            made = ";".join(part for part in (frequency, f"INTERVAL={step}", rest) if part)
        return made + self._end(start)

    def _recognised(self, parts: dict[str, str]) -> str:
        """Return the kind whose fields say these parts, and fill them."""
        match parts:
            case _ if not parts:
                return ONCE
            case {"FREQ": "DAILY", **rest} if not rest:
                return DAILY
            case {"FREQ": "WEEKLY", **rest} if rest.keys() <= {"BYDAY"}:
                return WEEKLY
            case {"FREQ": "MONTHLY", "BYDAY": by, **rest} if not rest and by[:-2] in _PLACES:
                self.place.set_value(by[:-2])
                self.weekday.set_value(by[-2:])
                return WEEKDAY if by[-2:] in _CODES else RULE
            case {"FREQ": "MONTHLY", "BYDAY": "MO,TU,WE,TH,FR", "BYSETPOS": place, **rest} if (
                not rest and place in _PLACES
            ):
                self.place.set_value(place)
                return WORKDAY
            case {"FREQ": "MONTHLY", "BYMONTHDAY": number, **rest} if (
                not rest and number.isdecimal()
            ):
                return MONTHDAY
            case {"FREQ": "YEARLY", "BYMONTH": _m, "BYMONTHDAY": _d, **rest} if not rest:
                return YEARLY
        return RULE

    def _step(self) -> int:
        text = self.step.value or "1"
        if not (text.isdecimal() and 1 <= int(text) <= 99):
            raise _at(self.step, _("Write a whole number from 1 to 99."))
        self.step.set_error("")
        return int(text)

    def _days(self) -> str:
        if self.kind.value != WEEKLY:
            return ""
        words = self.days.value.replace(",", " ").split()
        names = [name.lower() for name in _day_names()]
        found = [
            next((code for code, name in zip(_CODES, names, strict=True)
                  if len(word) >= 2 and name.startswith(word.lower())), "")
            for word in words
        ]  # fmt: skip
        if not found or not all(found):
            raise _at(self.days, _("Name days, such as Tue, Sat."))
        self.days.set_error("")
        return ",".join(code for code in _CODES if code in found)

    def _end(self, start: datetime) -> str:
        if not self.until.value:
            self.until.set_error("")
            return ""
        until = wall_time(self.until.value, start.replace(hour=23, minute=59))
        if until is None:
            raise _at(self.until, _("Write a date, such as 31 Dec 2026."))
        self.until.set_error("")
        return f";UNTIL={until:%Y%m%d}T235959"

    def _follow(self) -> None:
        kind = self.kind.value
        self.step.setVisible(kind in (DAILY, WEEKLY))
        self.days.setVisible(kind == WEEKLY)
        self.place.setVisible(kind in (WEEKDAY, WORKDAY))
        self.weekday.setVisible(kind == WEEKDAY)
        self.rule.setVisible(kind == RULE)
        self.until.setVisible(kind not in (ONCE, RULE))

    @Slot()
    def _on_edited(self) -> None:
        self._follow()
        self.edited.emit()


def _at(field: LineField, text: str) -> InvalidInput:
    field.set_error(text)
    return InvalidInput(text)


def _date_text(at: datetime) -> str:
    return day(at.replace(tzinfo=UTC), "UTC", year=True)


def _code_names(codes: str) -> str:
    names = dict(zip(_CODES, _day_names(), strict=True))
    return ", ".join(names[code][:3] for code in codes.split(",") if code in names)


def _kinds() -> list[tuple[str, str]]:
    return [
        (ONCE, _("once")),
        (DAILY, _("every day, or every few days")),
        (WEEKLY, _("every week, or every few weeks")),
        (WEEKDAY, _("monthly on a day of the week")),
        (MONTHDAY, _("monthly on the day of the start")),
        (WORKDAY, _("monthly on a working day")),
        (YEARLY, _("every year on the day of the start")),
        (RULE, _("by a rule")),
    ]


def _place_names() -> tuple[str, ...]:
    return (_("first"), _("second"), _("third"), _("fourth"), _("last"))


def _day_names() -> tuple[str, ...]:
    return (_("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"),
            _("Sunday"))  # fmt: skip
