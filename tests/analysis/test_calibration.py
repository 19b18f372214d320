"""How often the judge is wrong, on made metrics: few here, thousands in the soak lane.

The bounds are those of the product: at most 6 % false calls where nothing was changed, a likely
range that holds the truth in 92 to 97 % of cases, hardly ever the wrong direction, and a step of
20 % found. To each the chance of so few trials is allowed.
"""

import math
import os

import pytest

from tests.analysis.scenarios import ALONE, BASE, ORDINARY, SPIKY, WITH_DAYS
from tests.analysis.simulate import Scenario
from tests.analysis.trials import trials, with_effect

SOAK = bool(os.environ.get("CHANGEDESK_SOAK"))
pytestmark = [pytest.mark.soak] if SOAK else []
N = 4000 if SOAK else 40
FAST = ("phi 0.5", "spikes", "counter with restarts", "gaps and missing days", "mostly zero")
FAST_ALONE = ("alone, phi 0.8, 3 h of minutes", "alone, 12 s at 8 Hz, phi 0.3")
CONSERVATIVE = ("mostly zero", "hardly ever not zero", "a few errors over requests")
"""Counts of rare events: their range is wider than it need be."""


def names(scenarios: tuple[Scenario, ...], fast: tuple[str, ...]) -> list[object]:
    """Return what runs in this lane."""
    chosen = scenarios if SOAK else tuple(s for s in scenarios if s.name in fast)
    return [pytest.param(s, id=s.name) for s in chosen]


def slack(share: float, n: int = N) -> float:
    """Return what chance adds to a share among n trials, once in a thousand."""
    return 3.1 * math.sqrt(share * (1 - share) / n)


@pytest.mark.parametrize("scenario", names(WITH_DAYS, FAST))
def test_nothing_changed_is_rarely_called_a_change(scenario: Scenario) -> None:
    found = trials(scenario, N)
    assert found.flagged <= 0.06 + slack(0.06)
    assert found.covered >= 0.92 - slack(0.05)
    if SOAK and scenario.name not in CONSERVATIVE:
        assert found.covered <= 0.97 + slack(0.05)


@pytest.mark.parametrize("scenario", names(WITH_DAYS, FAST))
def test_a_step_of_a_fifth_is_inside_the_range_and_points_the_right_way(scenario: Scenario) -> None:
    found = trials(with_effect(scenario, 0.2), N)
    assert found.covered >= 0.92 - slack(0.05)
    if scenario.name not in CONSERVATIVE:
        assert found.wrong_way <= 0.015
    if scenario.name in ORDINARY:
        assert found.flagged >= 0.9 - slack(0.1)


@pytest.mark.parametrize("scenario", names(ALONE, FAST_ALONE))
def test_windows_alone_rarely_call_nothing_a_change(scenario: Scenario) -> None:
    found = trials(scenario, N)
    assert found.with_days == 0
    assert found.flagged <= 0.06 + slack(0.06)
    assert found.covered >= 0.92 - slack(0.05)


def test_half_of_spiky_five_minute_series_show_a_step_of_a_fifth() -> None:
    found = [trials(SPIKY.but(days=days, effect=0.2), N) for days in (7, 9, 11)]
    assert all(item.with_days == 1 for item in found)
    assert sum(item.flagged for item in found) / len(found) >= 0.5


def test_a_daily_rhythm_without_history_is_not_taken_for_a_change_when_two_days_show_it() -> None:
    for when in ("2026-03-18T08:20", "2026-03-18T22:20"):
        found = trials(BASE.but(step_s=60.0, days=2, rhythm=0.3, when=when, name="two days"), N)
        assert found.flagged <= 0.06


def test_a_flat_metric_is_compared_exactly() -> None:
    same = trials(BASE.but(kind="flat", name="flat"), 3)
    moved = trials(BASE.but(kind="flat", name="flat", effect=0.2), 3)
    assert (same.flagged, moved.flagged, moved.covered, moved.half_width) == (0, 1, 1, 0)
