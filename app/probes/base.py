"""What a probe is: a piece of shell that only reads, and a parser of what it said."""

from dataclasses import dataclass
from typing import Protocol

from app.domain.health import Health, Reading

Found = tuple[str, Reading]
"""A reading with the item it is about; the item is empty where there is only one."""


@dataclass(frozen=True, slots=True)
class Section:
    """What one probe's shell said; ``exit_code`` is None when the end was never seen."""

    text: str
    exit_code: int | None
    ms: int = 0

    @property
    def lines(self) -> list[str]:
        """Non-empty lines."""
        return [line for line in self.text.splitlines() if line.strip()]


class Probe(Protocol):
    """One check of the catalogue."""

    @property
    def name(self) -> str:
        """Short technical name, such as ``fs.space``."""
        ...

    @property
    def title(self) -> str:
        """What a person calls it."""
        ...

    def shell(self) -> str:
        """Return shell that writes nothing on the server; values in it are quoted."""
        ...

    def read(self, section: Section) -> list[Found]:
        """Turn the answer into readings; may raise ValueError, LookupError on a strange one."""
        ...


def unknown(why: str) -> Reading:
    """Return a reading that says why nothing is known."""
    return Reading(Health.UNKNOWN, why)


def graded(value: float, warn: float, fail: float) -> Health:
    """Judge a figure that is worse when higher; the bounds themselves are still good."""
    if value > fail:
        return Health.CRITICAL
    return Health.WARNING if value > warn else Health.OK


def read_safely(probe: Probe, section: Section | None) -> list[Found]:
    """Read an answer; whatever is missing, cut or strange becomes UNKNOWN with a reason."""
    if section is None:
        return [("", unknown("the host gave no answer to this check"))]
    if section.exit_code is None:
        return [("", unknown("the answer was cut off"))]
    if section.exit_code == _TIMED_OUT or section.exit_code == _KILLED:
        return [("", unknown("no answer in time"))]
    if section.exit_code == _NOT_FOUND:
        return [("", unknown("the tool is not installed on the host"))]
    try:
        found = probe.read(section)
    except (ValueError, LookupError, ArithmeticError):
        return [("", unknown("the answer was not understood"))]
    return found or [("", unknown("nothing was reported"))]


_TIMED_OUT, _KILLED, _NOT_FOUND = 124, 137, 127
