"""Risk of a change: NIST SP 800-30 Rev. 1, before and after controls."""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from app.domain.backup import Level


class Grade(IntEnum):
    """The five labels of NIST SP 800-30 Rev. 1, for likelihood, impact and risk alike."""

    VERY_LOW = 1
    LOW = 2
    MODERATE = 3
    HIGH = 4
    VERY_HIGH = 5

    @property
    def label(self) -> str:
        """The label as printed in the standard."""
        return self.name.replace("_", " ").capitalize()


_V, _L, _M, _H, _X = Grade.VERY_LOW, Grade.LOW, Grade.MODERATE, Grade.HIGH, Grade.VERY_HIGH
TABLE_I2: tuple[tuple[Grade, ...], ...] = (
    (_V, _V, _V, _L, _L),
    (_V, _L, _L, _L, _M),
    (_V, _L, _M, _M, _H),
    (_V, _L, _M, _H, _X),
    (_V, _L, _M, _H, _X),
)
"""Level of risk: rows are likelihood, columns impact, both from very low to very high."""

REQUIRED_LEVEL: dict[Grade, Level] = {
    Grade.VERY_LOW: Level.INTACT,
    Grade.LOW: Level.INTACT,
    Grade.MODERATE: Level.READABLE,
    Grade.HIGH: Level.MATCHES_SOURCE,
    Grade.VERY_HIGH: Level.RESTORED,
}
"""How well a backup must be proven before implementing, by inherent risk."""


def risk_level(likelihood: Grade, impact: Grade) -> Grade:
    """Look up the level of risk (NIST SP 800-30 Rev. 1, table I-2)."""
    return TABLE_I2[likelihood - 1][impact - 1]


@dataclass(frozen=True, slots=True)
class RiskScore:
    """Likelihood and impact as judged by a person, and the level the table gives."""

    likelihood: Grade
    impact: Grade

    @property
    def level(self) -> Grade:
        """The level of risk."""
        return risk_level(self.likelihood, self.impact)


@dataclass(frozen=True, slots=True)
class RiskAssessment:
    """Risk before controls (inherent), the controls, and what remains (residual).

    The residual score is a judgement of its own: controls are not subtracted by arithmetic.
    """

    inherent: RiskScore
    residual: RiskScore
    controls: tuple[str, ...] = ()
    reason: str = ""
    assessor: str = ""
    at: datetime | None = None

    @property
    def required_backup(self) -> Level:
        """The proof a backup needs before this change may be implemented."""
        return REQUIRED_LEVEL[self.inherent.level]
