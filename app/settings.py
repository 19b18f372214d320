"""Settings, declared once: name, type, default, words for the form, limits.

Values live in the store, one row each, as JSON; a change of a setting is a log entry like any
other. A value that an older or newer version wrote and this one cannot use falls back to its
default instead of stopping the program.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Annotated, Any, get_type_hints
from zoneinfo import ZoneInfo

from app.domain.risk import Engine, Grade, RiskMethod
from app.errors import InvalidInput
from app.i18n import _, later


class Theme(StrEnum):
    """How the window looks."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


class PageSize(StrEnum):
    """The paper of the report."""

    A4 = "A4"
    LETTER = "Letter"


class RiskFrom(StrEnum):
    """From which remaining risk on something is asked for."""

    NEVER = "never"
    ALWAYS = "always"
    MODERATE = "moderate"
    HIGH = "high"

    def covers(self, risk: Grade | None) -> bool:
        """Whether it is asked for at a risk; one that is not assessed counts as moderate."""
        least = {RiskFrom.ALWAYS: Grade.VERY_LOW, RiskFrom.MODERATE: Grade.MODERATE,
                 RiskFrom.HIGH: Grade.HIGH}.get(self)  # fmt: skip
        return least is not None and (risk or Grade.MODERATE) >= least


@dataclass(frozen=True, slots=True)
class Declared:
    """What a form needs to know of a setting; limits count for numbers only."""

    text: str
    unit: str = ""
    least: float | None = None
    most: float | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything a user may choose, once for the whole program."""

    user: Annotated[str, Declared(later("Your name, as it stands in the log and in reports"))] = ""
    organisation: Annotated[str, Declared(later("Organisation, as printed on reports"))] = ""
    theme: Annotated[Theme, Declared(later("Appearance"))] = Theme.SYSTEM
    zone: Annotated[str, Declared(later("Time zone for new windows"))] = "UTC"
    language: Annotated[str, Declared(later("Language of the window"))] = "en"
    report_language: Annotated[str, Declared(later("Language of reports"))] = "en"
    page_size: Annotated[PageSize, Declared(later("Paper of reports"))] = PageSize.A4
    vault_path: Annotated[
        str, Declared(later("Folder of the backup vault; empty: in the data folder"))
    ] = ""
    backup_age_h: Annotated[
        float, Declared(later("Oldest backup a change may start with"), "h", 0.1, 24.0 * 90)
    ] = 24.0
    monitor_days: Annotated[
        float, Declared(later("How long a change is watched"), "d", 0.0, 365.0)
    ] = 7.0
    move_tolerance_h: Annotated[
        float,
        Declared(later("How far a window may move without new approvals"), "h", 0.0, 24.0 * 14),
    ] = 0.0
    approvals_low: Annotated[
        int, Declared(later("Approvals needed at low and very low risk"), "", 1, 9)
    ] = 1
    approvals_moderate: Annotated[
        int, Declared(later("Approvals needed at moderate risk"), "", 1, 9)
    ] = 1
    approvals_high: Annotated[
        int, Declared(later("Approvals needed at high and very high risk"), "", 1, 9)
    ] = 2
    risk: Annotated[RiskMethod, Declared(later("How risk is graded"))] = RiskMethod()

    owner_approves: Annotated[
        RiskFrom, Declared(later("The owner of the service must be among them"))
    ] = RiskFrom.HIGH
    monitor_days_major: Annotated[
        float, Declared(later("How long a change of high risk is watched"), "d", 0.0, 365.0)
    ] = 14.0
    monitor_days_emergency: Annotated[
        float, Declared(later("How long an emergency change is watched"), "d", 0.0, 365.0)
    ] = 2.0
    lock_after_min: Annotated[
        float,
        Declared(
            later("Lock the window after this long without input; 0: never"), "min", 0.0, 480.0
        ),
    ] = 15.0
    keep_last: Annotated[
        int, Declared(later("Newest backups of each host and thing that stay"), "", 1, 99)
    ] = 3
    keep_days_closed: Annotated[
        float, Declared(later("How long backups of a closed change stay"), "d", 0.0, 3650.0)
    ] = 90.0
    keep_days_loose: Annotated[
        float, Declared(later("How long backups without a change stay"), "d", 0.0, 3650.0)
    ] = 30.0
    bin_hours: Annotated[
        float, Declared(later("How long a binned backup can be taken out again"), "h", 24.0, 720.0)
    ] = 24.0
    service_hours: Annotated[
        float, Declared(later("Agreed hours of a service in a week"), "h", 1.0, 168.0)
    ] = 168.0
    example: Annotated[bool, Declared(later("Everything here is made up"))] = False
    """Set once, when a folder of example data is made; it can never be altered afterwards."""

    @property
    def label(self) -> str:
        """What stands on everything that leaves example data, "" for real data."""
        return _("Example data") if self.example else ""

    def approvals_needed(self, residual: Grade | None) -> int:
        """Return how many people must approve at a residual risk; None counts as moderate."""
        if residual is None or residual is Grade.MODERATE:
            return self.approvals_moderate
        return self.approvals_high if residual > Grade.MODERATE else self.approvals_low

    def check(self) -> None:
        """Raise InvalidInput when a value is outside its limits or names nothing real."""
        for name, declared in declarations().items():
            value = getattr(self, name)
            if not _within(value, declared):
                raise InvalidInput(
                    _("“{value}” cannot be used for: {what}.").format(
                        value=value, what=_(declared.text)
                    ),
                    hint=_("Use {least} to {most}.").format(
                        least=declared.least, most=declared.most
                    ),
                )
        if not _is_zone(self.zone):
            raise InvalidInput(
                _("The time zone “{zone}” is not known.").format(zone=self.zone),
                hint=_("Use a name such as Europe/Berlin."),
            )
        check_risk_method(self.risk)


def check_risk_method(method: RiskMethod) -> None:
    """Raise InvalidInput when a way of grading risk cannot grade."""
    if not {Engine.NIST, Engine.PRODUCT} & set(method.engines):
        raise InvalidInput(
            _("No engine looks at likelihood and impact."),
            hint=_("Keep table I-2 or the product switched on."),
        )
    if list(method.thresholds) != sorted(set(method.thresholds)) or method.thresholds[0] < 0:
        raise InvalidInput(
            _("The thresholds do not rise."), hint=_("Each must be above the one before.")
        )
    if any(not 0 <= weight <= MOST_WEIGHT for _key, weight in method.weights):
        raise InvalidInput(
            _("A weight is 0 to {most}.").format(most=MOST_WEIGHT),
            hint=_("0 leaves a question out."),
        )


MOST_WEIGHT = 20


def declarations() -> dict[str, Declared]:
    """Return what each setting is, by name, in the order of the form."""
    hints = get_type_hints(Settings, include_extras=True)
    return {item.name: hints[item.name].__metadata__[0] for item in fields(Settings)}


def to_rows(settings: Settings) -> dict[str, str]:
    """Return each value as JSON text, by name."""
    import msgspec  # noqa: PLC0415 - a start does without

    return {name: msgspec.json.encode(getattr(settings, name)).decode() for name in declarations()}


def from_rows(rows: Mapping[str, str]) -> Settings:
    """Return the settings that rows hold; what is missing or cannot be used is its default."""
    types = get_type_hints(Settings)
    values: dict[str, Any] = {}
    for name, declared in declarations().items():
        try:
            value: Any = _read(rows[name], types[name])
        except (KeyError, ValueError):
            continue
        if _within(value, declared) and (name != "zone" or _is_zone(value)):
            values[name] = value
    return Settings(**values)


def _read(text: str, kind: Any) -> object:
    """Return the value of a type in JSON text; raises ValueError when it holds none."""
    value = json.loads(text)
    if kind is float and type(value) is int:
        return float(value)
    if kind in (str, int, float):
        if type(value) is kind:
            return value
        raise ValueError(text)
    if issubclass(kind, StrEnum):
        return kind(value)
    import msgspec  # noqa: PLC0415 - for the few settings that are records

    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        raise ValueError(str(error)) from error


def _within(value: object, declared: Declared) -> bool:
    if not isinstance(value, int | float):
        return True
    at_least = declared.least is None or value >= declared.least
    return at_least and (declared.most is None or value <= declared.most)


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True
