"""Round ticks for values and for times of day."""

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from app.wording import MINUS, THIN, clock, day

_LEAST_RANGE = 1e-290
"""Closer together than this, two values are one: their difference has no digits left to count."""
_NICE = (1.0, 2.0, 2.5, 5.0, 10.0)
_STEPS_S = (
    1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200,
    86400, 2 * 86400, 7 * 86400, 14 * 86400, 28 * 86400,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tick:
    """A place on an axis and what is written there; ``major`` begins a day."""

    at: float
    text: str
    major: bool = False


def value_ticks(low: float, high: float, most: int = 7) -> tuple[Tick, ...]:
    """Return at most ``most`` + 1 round values that enclose ``low`` and ``high``.

    Around a value that never changes there is a twentieth of it on both sides; without any finite
    value the axis is that of 0 to 1.
    """
    if not math.isfinite(low) or not math.isfinite(high):
        low, high = 0.0, 1.0
    elif high - low <= _LEAST_RANGE:
        around = abs(low) / 20
        if around > _LEAST_RANGE:
            low, high = low - around, low + around
        else:
            low, high = math.floor(low), max(math.floor(low) + 1.0, math.ceil(high))
    step = _nice_step((high - low) / most)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    if decimals and not math.isclose(step * 10**decimals, round(step * 10**decimals)):
        decimals += 1
    return tuple(Tick(n * step, _figure(n * step, decimals)) for n in range(first, last + 1))


def share_ticks(low: float, high: float, most: int = 7) -> tuple[Tick, ...]:
    """Return round percentages with their sign inside a range of fractions."""
    step = _nice_step((high - low) * 100 / most)
    first, last = math.ceil(low * 100 / step - 1e-9), math.floor(high * 100 / step + 1e-9)
    decimals = 0 if step >= 1 else max(1, -math.floor(math.log10(step)))
    return tuple(
        Tick(n * step / 100, ("+" if n > 0 else "") + _figure(n * step, decimals) + f"{THIN}%")
        for n in range(first, last + 1)
    )


def time_ticks(start_s: float, end_s: float, zone: str, most: int = 6) -> tuple[Tick, ...]:
    """Return round times of day in a zone; the first of each day carries its date."""
    span_s = max(end_s - start_s, 1.0)
    step_s = next((step for step in _STEPS_S if span_s / step <= most), _STEPS_S[-1])
    place = ZoneInfo(zone)
    local = datetime.fromtimestamp(start_s, place)
    wall = datetime(local.year, local.month, local.day)  # noqa: DTZ001 - wall time is stepped
    if step_s < 86400:
        past_s = (local.replace(tzinfo=None) - wall).total_seconds()
        wall += timedelta(seconds=math.floor(past_s / step_s) * step_s)
    found: list[Tick] = []
    shown_day = ""
    while (at_s := wall.replace(tzinfo=place).timestamp()) <= end_s + 1e-6:
        moment = datetime.fromtimestamp(at_s, UTC)
        if at_s >= start_s - 1e-6 and (not found or at_s > found[-1].at):
            today = day(moment, zone)
            text = clock(moment, zone, seconds=step_s < 60)
            if step_s >= 86400:
                text = today
            elif today != shown_day:
                text = f"{today.split()[0]} {text}"
            found.append(Tick(at_s, text, major=today != shown_day))
            shown_day = today
        wall += timedelta(seconds=step_s)
    return tuple(found)


def _nice_step(rough: float) -> float:
    power = 10.0 ** math.floor(math.log10(rough))
    return next(factor * power for factor in _NICE if factor * power >= rough * (1 - 1e-9))


def _figure(value: float, decimals: int) -> str:
    if not round(value, decimals):
        return "0"
    return f"{value:,.{decimals}f}".replace(",", THIN).replace("-", MINUS)
