"""The Wilson score interval of a rate: honest with few cases, never below 0 or above 1."""

from math import sqrt

Z95 = 1.959963984540054
"""The standard normal quantile that leaves 2.5 % on each side."""


def wilson(successes: int, n: int, z: float = Z95) -> tuple[float, float]:
    """Return the likely range of a rate as fractions; (0, 1) without any case.

    Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference",
    JASA 22 (1927).
    """
    if n == 0:
        return 0.0, 1.0
    rate, square = successes / n, z * z
    middle = (rate + square / (2 * n)) / (1 + square / n)
    half = z / (1 + square / n) * sqrt(rate * (1 - rate) / n + square / (4 * n * n))
    return max(0.0, middle - half), min(1.0, middle + half)
