"""How content users are with response times, and what a change takes from the error budget."""

import numpy as np
from numpy.typing import NDArray

from app.domain.objective import USUAL_DAYS


def apdex(response: NDArray[np.float64], threshold: float, *, failed: int = 0) -> float | None:
    """Return the application performance index: 1 is all content, 0 is all frustrated.

    Satisfied up to the threshold T, tolerating up to 4 T (counted half), frustrated beyond or
    failed (Apdex Alliance, technical specification 1.1). None without requests.

    Args:
        response: Response times of single requests that succeeded; NaN is left out.
        threshold: T, in the unit of ``response``.
        failed: Requests that failed, whatever time they took.
    """
    known = response[np.isfinite(response)]
    total = len(known) + failed
    if not total:
        return None
    satisfied = int((known <= threshold).sum())
    tolerating = int((known <= 4 * threshold).sum()) - satisfied
    return (satisfied + tolerating / 2) / total


def burn_rate(error_ratio: float, objective: float) -> float:
    """Return how fast the error budget burns: 1 spends exactly all of it over the period.

    Args:
        error_ratio: Bad requests over all.
        objective: The agreed share of good requests, such as 0.999.
    """
    budget = 1 - objective
    if budget <= 0:
        return float("inf") if error_ratio > 0 else 0.0
    return error_ratio / budget


def budget_used(
    error_ratio: float, objective: float, *, hours: float, days: float = USUAL_DAYS
) -> float:
    """Return the share of the error budget of some days that was spent in ``hours``."""
    return burn_rate(error_ratio, objective) * hours / (days * 24.0)
