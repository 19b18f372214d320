"""Severity of a vulnerability: CVSS vectors as FIRST writes them.

A base vector of version 3.0 or 3.1 is worked out here. Version 4.0 grades by a table of expert
judgements that is not repeated here: its vectors are checked, their score is entered.
"""

import math
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from app.errors import InvalidInput
from app.i18n import _


class Severity(StrEnum):
    """The qualitative scale, the same in versions 3 and 4."""

    NONE = "none"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


_BANDS = ((0.0, Severity.NONE), (3.9, Severity.LOW), (6.9, Severity.MEDIUM), (8.9, Severity.HIGH))
HIGHEST = 10.0

_V3 = {
    "AV": "NALP", "AC": "LH", "PR": "NLH", "UI": "NR", "S": "UC", "C": "HLN", "I": "HLN",
    "A": "HLN",
}  # fmt: skip
_V3_MORE = {
    "E": "XHFPU", "RL": "XUWTO", "RC": "XCRU", "CR": "XHML", "IR": "XHML", "AR": "XHML",
    "MAV": "XNALP", "MAC": "XLH", "MPR": "XNLH", "MUI": "XNR", "MS": "XUC", "MC": "XHLN",
    "MI": "XHLN", "MA": "XHLN",
}  # fmt: skip
_V4 = {
    "AV": "NALP", "AC": "LH", "AT": "NP", "PR": "NLH", "UI": "NPA", "VC": "HLN", "VI": "HLN",
    "VA": "HLN", "SC": "HLN", "SI": "HLN", "SA": "HLN",
}  # fmt: skip
_V4_MORE = {
    "E": "XAPU", "CR": "XHML", "IR": "XHML", "AR": "XHML", "MAV": "XNALP", "MAC": "XLH",
    "MAT": "XNP", "MPR": "XNLH", "MUI": "XNPA", "MVC": "XHLN", "MVI": "XHLN", "MVA": "XHLN",
    "MSC": "XHLN", "MSI": "XSHLN", "MSA": "XSHLN", "S": "XNP", "AU": "XNY", "R": "XAUI",
    "V": "XDC", "RE": "XLMH", "U": "X",
}  # fmt: skip
_URGENCY = ("Clear", "Green", "Amber", "Red")
_METRICS = {"3.0": (_V3, _V3_MORE), "3.1": (_V3, _V3_MORE), "4.0": (_V4, _V4_MORE)}
_LONGEST = 400

_WEIGHTS = {
    "AV": {"N": 0.85, "A": 0.62, "L": 0.55, "P": 0.2},
    "AC": {"L": 0.77, "H": 0.44},
    "UI": {"N": 0.85, "R": 0.62},
    "C": {"H": 0.56, "L": 0.22, "N": 0.0},
}
_PRIVILEGES = {
    "U": {"N": 0.85, "L": 0.62, "H": 0.27},
    "C": {"N": 0.85, "L": 0.68, "H": 0.5},
}


@dataclass(frozen=True, slots=True)
class CvssVector:
    """A vector that was checked; ``metrics`` are its pairs in the order of writing."""

    version: str
    metrics: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        return "/".join(
            (f"CVSS:{self.version}", *(f"{name}:{value}" for name, value in self.metrics))
        )

    @property
    def base_score(self) -> float | None:
        """The base score of a version 3 vector; None for version 4, whose score is entered."""
        return None if self.version == "4.0" else _base_score_3(dict(self.metrics))


def read_vector(text: str) -> CvssVector:
    """Read a vector such as ``CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N``.

    Raises:
        InvalidInput: The version is unknown, a base metric is missing, or one stands there twice
            or with a value it does not have.
    """
    head, *parts = text.strip()[:_LONGEST].split("/")
    version = head.partition(":")[2]
    if not head.startswith("CVSS:") or version not in _METRICS:
        raise InvalidInput(
            _("This is no CVSS vector of version 3.0, 3.1 or 4.0."),
            hint=_("It begins with CVSS:3.1/ or CVSS:4.0/."),
        )
    base, more = _METRICS[version]
    pairs = tuple(_pair(part, base | more) for part in parts)
    names = [name for name, _value in pairs]
    twice = next((name for name, after in pairwise(sorted(names)) if name == after), "")
    if twice:
        raise InvalidInput(_("The vector names {metric} twice.").format(metric=twice))
    missing = [name for name in base if name not in names]
    if missing:
        raise InvalidInput(_("The vector lacks {metrics}.").format(metrics=", ".join(missing)))
    return CvssVector(version, pairs)


def _pair(part: str, known: dict[str, str]) -> tuple[str, str]:
    name, _colon, value = part.partition(":")
    fits = len(value) == 1 and value in known.get(name, "")
    if not fits and not (name == "U" and name in known and value in _URGENCY):
        raise InvalidInput(
            _("“{part}” is no part of such a vector.").format(part=part[:20]),
            hint=_("Copy the vector as the advisory prints it."),
        )
    return name, value


def severity_of(score: float) -> Severity:
    """Return the severity of a score from 0.0 to 10.0.

    Raises:
        InvalidInput: The score is outside of that.
    """
    if not 0.0 <= score <= HIGHEST:
        raise InvalidInput(_("A CVSS score lies between 0.0 and 10.0."))
    rounded = round(score, 1)
    return next((word for most, word in _BANDS if rounded <= most), Severity.CRITICAL)


def _base_score_3(metrics: dict[str, str]) -> float:
    """Work out the base score (CVSS v3.1 specification, section 7.1)."""
    weights = _WEIGHTS
    kept = math.prod(1 - weights["C"][metrics[name]] for name in ("C", "I", "A"))
    loss = 1 - kept
    changed = metrics["S"] == "C"
    impact = 7.52 * (loss - 0.029) - 3.25 * (loss - 0.02) ** 15 if changed else 6.42 * loss
    if impact <= 0:
        return 0.0
    ease = (
        8.22
        * weights["AV"][metrics["AV"]]
        * weights["AC"][metrics["AC"]]
        * _PRIVILEGES[metrics["S"]][metrics["PR"]]
        * weights["UI"][metrics["UI"]]
    )
    total = (impact + ease) * (1.08 if changed else 1.0)
    return _rounded_up(min(total, HIGHEST))


def _rounded_up(value: float) -> float:
    """Round up to one decimal as appendix A says, so that floats make no difference."""
    whole = round(value * 100_000)
    return whole / 100_000 if whole % 10_000 == 0 else (whole // 10_000 + 1) / 10
