"""Makes metrics as production has them, with a known change or none."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

Array = NDArray[np.float64]
DAY_S = 86400.0


@dataclass(frozen=True)
class Scenario:
    """How a metric behaves; ``effect`` is the true relative change from the change's start on."""

    name: str = "plain"
    step_s: float = 60.0
    days: int = 9
    """Days of history before the day of the change; 0 leaves the window before only."""
    window_s: float = 3 * 3600.0
    gap_s: float = 1800.0
    settle_s: float = 600.0
    effect: float = 0.0
    level: float = 50.0
    noise: float = 0.10
    """Standard deviation of the autocorrelated part, as a fraction."""
    phi: float = 0.5
    phi2: float = 0.0
    """Second coefficient: with it the noise is AR(2)."""
    white: float = 0.0
    """Measurement noise on top, as a fraction."""
    tails: float = 0.0
    """Degrees of freedom of heavy-tailed innovations; 0 is normal."""
    rhythm: float = 0.0
    daily: float = 0.0
    """Standard deviation of whole days among each other."""
    trend: float = 0.0
    """Growth per day, as a fraction."""
    weekend: float = 1.0
    spikes: float = 0.0
    """Share of samples that are spikes."""
    spike_size: float = 3.0
    missing: float = 0.0
    missing_days: float = 0.0
    jitter_s: float = 0.0
    kind: str = "gauge"
    """gauge, counter, ratio (bad and total), share (one column), flat, rare (mostly zero)."""
    rate: float = 0.01
    """Errors per request, or the share of bins that are not zero."""
    resets: int = 0
    zone: str = "UTC"
    when: str = "2026-03-18T13:20"
    """Wall time of the change's start."""

    def but(self, **changes: object) -> "Scenario":
        return replace(self, **changes)


@dataclass(frozen=True)
class Case:
    """One made metric."""

    at_s: Array
    value: Array
    total: Array | None
    start_s: float
    end_s: float
    scenario: Scenario


def simulate(s: Scenario, rng: np.random.Generator) -> Case:
    """Make one metric of this behaviour."""
    zone = ZoneInfo(s.zone)
    start = datetime.fromisoformat(s.when).replace(tzinfo=zone)
    start_s, end_s = start.timestamp(), start.timestamp() + s.gap_s
    first_s = (start - timedelta(days=s.days)).timestamp() - s.window_s - s.step_s
    at_s = np.arange(first_s, end_s + s.settle_s + s.window_s, s.step_s)
    expected = _expected(s, at_s, zone, rng) * np.where(at_s >= end_s, 1 + s.effect, 1.0)
    value, total = _observed(s, at_s, expected, rng)
    keep = _kept(s, at_s, start_s, rng)
    at_s = at_s + rng.uniform(-s.jitter_s, s.jitter_s, len(at_s))
    return Case(at_s[keep], value[keep], None if total is None else total[keep], start_s, end_s, s)


def _expected(s: Scenario, at_s: Array, zone: ZoneInfo, rng: np.random.Generator) -> Array:
    offsets = {
        day: datetime.fromtimestamp(day * DAY_S, zone).utcoffset().total_seconds()  # type: ignore[union-attr]
        for day in np.unique(at_s // (DAY_S / 24)) / 24
    }
    wall_s = at_s + np.array([offsets[hour] for hour in (at_s // (DAY_S / 24)) / 24])
    day = (wall_s // DAY_S).astype(int)
    turn = 2 * np.pi * (wall_s / DAY_S - 9 / 24)
    rhythm = 1 + s.rhythm * (np.sin(turn) + 0.3 * np.sin(2 * turn)) / 1.15
    weekend = np.where((day + 3) % 7 >= 5, s.weekend, 1.0)
    whole_days = np.exp(s.daily * rng.standard_normal(day.max() - day.min() + 1))[day - day.min()]
    growth = 1 + s.trend * (at_s - at_s[0]) / DAY_S
    return s.level * rhythm * weekend * whole_days * growth


def _noise(s: Scenario, n: int, rng: np.random.Generator) -> Array:
    burn = int(min(5000, 10 / (1 - s.phi))) if s.phi < 1 else 0
    if s.tails:
        fresh = rng.standard_t(s.tails, n + burn) / np.sqrt(s.tails / (s.tails - 2))
    else:
        fresh = rng.standard_normal(n + burn)
    # Scaled to unit variance (Box & Jenkins, stationary variance of an AR(2) process).
    power = (1 + s.phi2) * ((1 - s.phi2) ** 2 - s.phi**2) / (1 - s.phi2)
    slow = lfilter([np.sqrt(power)], [1, -s.phi, -s.phi2], fresh)[burn:] * s.noise
    return slow + s.white * rng.standard_normal(n)


def _observed(
    s: Scenario, at_s: Array, expected: Array, rng: np.random.Generator
) -> tuple[Array, Array | None]:
    n = len(at_s)
    wave = np.exp(_noise(s, n, rng))
    if s.kind == "flat":
        return expected, None
    if s.kind == "rare":
        busy = rng.random(n) < s.rate
        return np.where(busy, rng.lognormal(0, 0.5, n) * expected, 0.0), None
    if s.kind in ("ratio", "share"):
        total = rng.poisson(s.level * s.step_s * wave)
        bad = rng.poisson(s.level * s.step_s * s.rate * expected / s.level * wave)
        bad = np.minimum(bad, total).astype(float)
        return (
            (bad, total.astype(float)) if s.kind == "ratio" else (bad / np.maximum(total, 1), None)
        )
    value = expected * wave
    spike = rng.random(n) < s.spikes
    value = np.where(spike, value * s.spike_size, value)
    if s.kind != "counter":
        return value, None
    counter = np.cumsum(rng.poisson(value * s.step_s)).astype(float)
    for at in sorted(rng.integers(1, n, s.resets)):
        counter[at:] -= counter[at]
    return counter, None


def _kept(s: Scenario, at_s: Array, start_s: float, rng: np.random.Generator) -> NDArray[np.bool_]:
    keep = rng.random(len(at_s)) >= s.missing
    if s.missing_days:
        back = ((start_s + s.window_s + s.gap_s + s.settle_s - at_s) // DAY_S).astype(int)
        gone = rng.random(back.max() + 2) < s.missing_days
        gone[:1] = False
        keep &= ~gone[np.maximum(back, 0)]
    return keep
