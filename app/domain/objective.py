"""What was promised to users, and how much of it a change took: Apdex and the error budget.

Plain records; the arithmetic is in `app.analysis.apdex`.
"""

from dataclasses import dataclass

from app.domain.vocabulary import Verdict

USUAL_DAYS = 30.0


@dataclass(frozen=True, slots=True)
class Objective:
    """The agreed share of good (0.999 = 99.9 %) over some days; what is left is the budget.

    Of a ratio the bad share counts; of any other metric the share of samples that miss the target.
    """

    share: float
    days: float = USUAL_DAYS


@dataclass(frozen=True, slots=True)
class BudgetPart:
    """What one stretch of time took from the budget.

    ``bad_share`` is None where nothing was measured. ``burn`` is how fast the budget went: 1 spends
    exactly all of it over the agreed days. ``spent`` is a share of the whole budget.
    """

    seconds: float
    measured_s: float
    bad_share: float | None
    burn: float | None
    spent: float | None


@dataclass(frozen=True, slots=True)
class BudgetUse:
    """The error budget of one metric before, during and after a change."""

    objective: Objective
    before: BudgetPart
    during: BudgetPart
    after: BudgetPart
    sentence: str = ""


@dataclass(frozen=True, slots=True)
class ApdexMove:
    """How content users were before and after, from 0 to 1, and the verdict on the difference."""

    threshold: float
    before: float
    after: float
    verdict: Verdict
    relative: float | None = None
    interval95: tuple[float, float] | None = None
    sentence: str = ""
