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
    is_rise_real: bool = False
    """Whether more is bad after than before, and not by chance (likely range of 95 %)."""

    @property
    def used(self) -> float | None:
        """The share of the whole budget that this change used; None where nothing was measured.

        It is what went during the work and in the window after it, beyond what would have gone in
        the same time at the pace of before.
        """
        usual = self.before.burn or 0.0
        spent = [
            part.spent * max(0.0, part.burn - usual) / part.burn if part.burn else 0.0
            for part in (self.during, self.after)
            if part.spent is not None and part.burn is not None
        ]
        return sum(spent) if spent else None

    @property
    def is_crossed(self) -> bool:
        """Whether this change broke the promise.

        It did when it used up the whole budget by itself, or when the budget lasted before (burn
        rate up to 1), does not last at the pace since (above 1), and that is not by chance.
        """
        if (self.used or 0.0) >= 1:
            return True
        before, after = self.before.burn, self.after.burn
        if before is None or after is None:
            return False
        return before <= 1 < after and self.is_rise_real


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
