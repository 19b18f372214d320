"""The judge against known truth, at the sizes of every run; `bench truth` compares it with others.

Chance is allowed what it adds once in a thousand, so that a bound that breaks means something.
"""

import math
import os

import pytest

from app.domain.verdict import Caveat, Evidence
from tests.analysis.simulate import Scenario
from tests.analysis.trials import judged
from tests.analysis.truth import (
    FAMILIES,
    Judge,
    cells,
    kayenta,
    ours,
    ours_alone,
    rates,
    welch,
    without_history,
)

SOAK = bool(os.environ.get("CHANGEDESK_SOAK"))
pytestmark = [pytest.mark.soak] if SOAK else []
N = 1000 if SOAK else 100
FAST = ("AR(1) 0.8, 60 points", "AR(1) 0.95, 240 points", "AR(2) 0.5 0.3, 240 points",
        "season ±30 %, 180 points", "gaps, 180 points")  # fmt: skip
CHOSEN = FAMILIES if SOAK else tuple(family for family in FAMILIES if family.name in FAST)


RHYTHM = "season ±30 %, 180 points"
"""Two windows alone cannot know that the hour moves it; they are called limited evidence."""
TRIED = [
    pytest.param(family, judge, id=f"{family.name}, {judge.__name__}")
    for family in CHOSEN
    for judge in (ours, ours_alone)
    if not (family.name == RHYTHM and judge is ours_alone)
]


def slack(share: float) -> float:
    return 3.1 * math.sqrt(share * (1 - share) / N)


@pytest.mark.parametrize(("family", "judge"), TRIED)
def test_what_is_called_and_what_is_held(family: Scenario, judge: Judge) -> None:
    for cases in cells((family,), N, seed=11):
        effect = cases[0].scenario.effect
        if effect not in (0.0, 0.2):
            continue
        found = rates(judge, cases)
        print(f"{family.name} {100 * effect:+.0f} % {judge.__name__}: {found}")
        assert found.held is not None
        assert found.held >= 0.92 - slack(0.05)
        if effect:
            assert found.wrong_way <= 0.015
        else:
            assert found.called <= 0.06 + slack(0.06)


def test_the_usual_judges_cry_wolf_on_the_same_series() -> None:
    (family,) = (each for each in FAMILIES if each.name == "AR(1) 0.95, 240 points")
    still = next(cells((family,), N, seed=12))
    assert rates(ours, still).called < 0.15
    assert rates(kayenta, still).called > 0.3
    assert rates(welch, still).called > 0.5


def test_a_rhythm_without_history_is_never_called_a_change_without_its_limits() -> None:
    """Two windows cannot know what the hour does; so each such call says that it could be that."""
    family = next(each for each in FAMILIES if each.name == RHYTHM)
    cases = next(cells((family,), N, seed=13))
    found = [judged(without_history(case)) for case in cases]
    called = [each for each in found if each.verdict.is_move]
    print(f"{RHYTHM}, no history: {len(called)} of {len(found)} called changed")
    assert called
    for each in called:
        assert each.evidence is Evidence.LIMITED
        assert Caveat.NO_REFERENCE_DAYS in each.caveats
        assert "There were no comparison days; a daily rhythm cannot be excluded." in each.sentence
