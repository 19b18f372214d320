"""The highest rate that was served in time, of every run and of both sides."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.analysis.capacity import capacity
from app.domain.loadtest import Capacity, LoadComparison, LoadTerms, RunFacts
from app.i18n import _, ngettext
from app.wording import agreed_percent, number, number_range


@dataclass(frozen=True, slots=True)
class SideCapacity:
    """The capacities of the runs of one side, in their order."""

    runs: tuple[Capacity, ...]

    @property
    def served(self) -> tuple[float, ...]:
        """The highest rate in time of each run that had one."""
        return tuple(sorted(c.rate_per_s for c in self.runs if c.rate_per_s is not None))

    @property
    def words(self) -> str:
        """The capacity of the side in words."""
        if not self.runs:
            return _("not known")
        served = self.served
        if not served:
            return _("not even the lowest rate was in time")
        rate = number_range(served[0], served[-1], "1/s")
        if len(served) == 1 or number(served[0]) == number(served[-1]):
            rate = number(served[-1], "1/s")
        if not any(each.is_reached for each in self.runs):
            rate = _("at least {rate}").format(rate=rate)
        if len(self.runs) > 1:
            runs = ngettext("{rate} ({n} run)", "{rate} ({n} runs)", len(self.runs))
            rate = runs.format(rate=rate, n=len(self.runs))
        return rate


def run_capacity(facts: RunFacts, terms: LoadTerms) -> Capacity | None:
    """Return the capacity of one run; None without a target or without points."""
    if terms.p95_target_ms is None or not facts.points:
        return None
    return capacity(facts.points, terms.p95_target_ms, most_errors=terms.most_errors)


def side_capacity(runs: Sequence[RunFacts], terms: LoadTerms) -> SideCapacity:
    """Return the capacities of all runs of a side."""
    found = (run_capacity(run, terms) for run in runs)
    return SideCapacity(tuple(each for each in found if each is not None))


def capacity_sentence(found: LoadComparison) -> str:
    """Say up to which rate answers came in time, before and after; empty without a target."""
    terms = found.terms
    if terms.p95_target_ms is None:
        return ""
    before, after = (side_capacity(runs, terms) for runs in (found.before, found.after))
    text = _(
        "Highest rate with the 95th percentile within {target} and at most {errors} failed: "
        "{before} before, {after} after."
    ).format(
        target=number(terms.p95_target_ms, "ms"),
        errors=agreed_percent(terms.most_errors),
        before=before.words,
        after=after.words,
    )
    reached = any(each.is_reached for each in (*before.runs, *after.runs))
    return text if reached else f"{text} {_open_end()}"


def _open_end() -> str:
    return _("No run was driven beyond it; a run whose load rises further shows where it ends.")
