"""What a probe is: a piece of shell that only reads, and a parser of what it said."""

import math
import re
from dataclasses import dataclass, replace
from typing import Protocol

from app.domain.health import Health, Reading
from app.i18n import _
from app.services.safe_text import plain

Found = tuple[str, Reading]
"""A reading with the item it is about; the item is empty where there is only one."""

_SHOWN = 200
"""Characters of the server's own words that a reading keeps."""


@dataclass(frozen=True, slots=True)
class Section:
    """What one probe's shell said; ``exit_code`` is None when the end was never seen."""

    text: str
    exit_code: int | None
    ms: int = 0

    @property
    def lines(self) -> list[str]:
        """Non-empty lines."""
        return [line for line in self.text.split("\n") if line.strip()]


class Strange(ValueError):
    """An answer that cannot be taken for one; says why."""


class Probe(Protocol):
    """One check of the catalogue."""

    @property
    def name(self) -> str:
        """Short technical name, such as ``fs.space``."""
        ...

    @property
    def title(self) -> str:
        """What a person calls it, before translation."""
        ...

    def shell(self) -> str:
        """Return shell that writes nothing on the server; values in it are quoted.

        It ends with 0 when it has said everything, and with 127 when the tool is missing. It leaves
        early by ``return``: what hardly ever takes long runs in the script's own shell.
        """
        ...

    def read(self, section: Section) -> list[Found]:
        """Turn a finished answer into readings; raises Strange, ValueError, LookupError."""
        ...


def unknown(why: str) -> Reading:
    """Return a reading that says why nothing is known."""
    return Reading(Health.UNKNOWN, why)


def graded(value: float, warn: float, fail: float) -> Health:
    """Judge a figure that is worse when higher; the bounds themselves are still good."""
    if value > fail:
        return Health.CRITICAL
    return Health.WARNING if value > warn else Health.OK


def graded_low(value: float, warn: float, fail: float) -> Health:
    """Judge a figure that is worse when lower; the bounds themselves are still good."""
    return graded(-value, -warn, -fail)


def whole(text: str) -> int:
    """Read a whole number as tools print it; raises Strange for anything else."""
    if not re.fullmatch(r"[0-9]{1,19}", text):
        raise Strange(_("a number was expected"))
    return int(text)


def figure(text: str) -> float:
    """Read a number with or without decimals; raises Strange for anything else."""
    if not re.fullmatch(r"[0-9]{1,19}(\.[0-9]{1,9})?", text):
        raise Strange(_("a number was expected"))
    return float(text)


def listed(section: Section) -> list[str]:
    """Return the lines of an answer that must end with the word ``listed``."""
    *lines, last = section.lines or [""]
    if last != "listed":
        raise Strange(_("the list has no end"))
    return lines


def read_safely(probe: Probe, section: Section | None) -> list[Found]:
    """Read an answer; whatever is missing, cut or strange becomes UNKNOWN with a reason."""
    if why := _unusable(section):
        return [("", unknown(why))]
    try:
        found = probe.read(section) if section else []
    except Strange as error:
        return [("", unknown(_("not understood: {why}").format(why=error)))]
    except (ValueError, LookupError, ArithmeticError):
        return [("", unknown(_("the answer was not understood")))]
    return [(_short(item), _shown(reading)) for item, reading in found] or [
        ("", unknown(_("nothing was reported")))
    ]


def _unusable(section: Section | None) -> str:
    """Return why an answer is not worth reading, "" when it is."""
    if section is None:
        return _("the host gave no answer to this check")
    match section.exit_code:
        case None:
            return _("the answer was cut off")
        case 0:
            return ""
        case 124 | 137:
            return _("no answer in time")
        case 126:
            return _("the tool may not be used")
        case 127:
            return _("the tool is not installed on the host")
        case code:
            return _("the tool ended with code {code}").format(code=code)


def _shown(reading: Reading) -> Reading:
    """Return a reading with the server's words made harmless, and no figure that is none."""
    if reading.value is not None and not math.isfinite(reading.value):
        return unknown(_("the answer was not understood"))
    return replace(
        reading,
        summary=_short(reading.summary),
        items=_all_short(reading.items),
    )


def _all_short(items: tuple[str, ...]) -> tuple[str, ...]:
    """Return items as `_short` would, but look at all of them at once: there may be thousands."""
    together = "".join(items)
    if together.isascii() and together.isprintable():
        return tuple([item.strip()[:_SHOWN] for item in items])
    return tuple(_short(item) for item in items)


def _short(text: str) -> str:
    return plain(text)[:_SHOWN]
