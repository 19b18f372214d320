"""Every cell of NIST SP 800-30 Rev. 1, table I-2, and what each level asks of a backup."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.backup import Level
from app.domain.risk import (
    BandSet,
    Engine,
    Grade,
    RiskAnswer,
    RiskAssessment,
    RiskMethod,
    RiskScore,
    grade_above,
    product_level,
    risk_level,
    suggested,
)
from app.domain.risk_questions import QUESTIONS, WORST, Axis

# Rows are likelihood from very high to very low, columns impact from very low to very high.
PRINTED = """
VL L M H VH
VL L M H VH
VL L M M H
VL L L L M
VL VL VL L L
"""
SHORT = {"VL": 1, "L": 2, "M": 3, "H": 4, "VH": 5}
CELLS = [
    (Grade(5 - row), Grade(column + 1), Grade(SHORT[word]))
    for row, line in enumerate(PRINTED.split("\n")[1:-1])
    for column, word in enumerate(line.split())
]


@pytest.mark.parametrize(("likelihood", "impact", "level"), CELLS)
def test_each_cell_of_the_printed_table(likelihood: Grade, impact: Grade, level: Grade) -> None:
    assert risk_level(likelihood, impact) is level


def test_there_are_25_cells() -> None:
    assert len(CELLS) == 25


def test_level_never_falls_when_likelihood_or_impact_rises() -> None:
    for likelihood in Grade:
        row = [risk_level(likelihood, impact) for impact in Grade]
        column = [risk_level(impact, likelihood) for impact in Grade]
        assert row == sorted(row)
        assert column == sorted(column)


def test_backup_level_follows_the_inherent_risk_and_not_the_residual_one() -> None:
    high = RiskScore(Grade.HIGH, Grade.HIGH)
    low = RiskScore(Grade.LOW, Grade.LOW)
    assert RiskAssessment(high, low).required_backup is Level.MATCHES_SOURCE
    assert RiskAssessment(low, high).required_backup is Level.INTACT


def test_set_a_differs_from_the_standard_in_the_seven_cells_that_are_known():
    lower, higher = set(), set()
    for likelihood in Grade:
        for impact in Grade:
            a, nist = product_level(likelihood, impact), risk_level(likelihood, impact)
            cell = (int(likelihood), int(impact))
            (lower if a < nist else higher if a > nist else set()).add(cell)
    assert lower == {(1, 4), (2, 2), (3, 3)}
    assert higher == {(5, 1), (5, 2), (5, 3), (5, 4)}


@pytest.mark.parametrize(
    ("bands", "edges"),
    [
        (BandSet.A, {1: 1, 4: 1, 5: 2, 9: 2, 10: 3, 12: 3, 15: 4, 16: 4, 20: 5, 25: 5}),
        (BandSet.B, {1: 2, 8: 2, 9: 3, 15: 3, 16: 4, 20: 4, 25: 5}),
    ],
)
def test_products_fall_into_the_published_bands(bands: BandSet, edges: dict[int, int]) -> None:
    for likelihood in Grade:
        for impact in Grade:
            product = likelihood * impact
            if product in edges:
                assert product_level(likelihood, impact, bands) == edges[product]


def test_a_threshold_must_be_exceeded_and_not_merely_reached():
    thresholds = (8.0, 24.0, 44.0, 64.0)
    reached = [grade_above(points, thresholds) for points in (0, 8, 8.5, 24, 25, 44, 45, 64, 65)]
    assert [int(grade) for grade in reached] == [1, 1, 2, 2, 3, 3, 4, 4, 5]


def answered(value: int, method: RiskMethod = RiskMethod()) -> tuple[RiskAnswer, ...]:
    return tuple(RiskAnswer(item.id, value, method.weight(item.id)) for item in QUESTIONS)


def test_the_gravest_engine_that_counts_wins_and_the_others_are_still_told():
    score = RiskScore(Grade.VERY_HIGH, Grade.LOW)
    plain = RiskAssessment(score, score, answers=answered(4))
    assert plain.level is Grade.LOW
    assert plain.graded_by(Engine.PRODUCT, score) is Grade.MODERATE
    assert plain.graded_by(Engine.QUESTIONNAIRE, score) is Grade.VERY_HIGH
    both = replace(plain, method=RiskMethod((Engine.NIST, Engine.PRODUCT)))
    assert (both.level, both.residual_level) == (Grade.MODERATE, Grade.MODERATE)
    every = replace(plain, method=RiskMethod(tuple(Engine)))
    assert every.level is Grade.VERY_HIGH
    assert every.residual_level is Grade.MODERATE, "the questionnaire does not know the controls"


def test_a_questionnaire_that_is_not_answered_wholly_decides_nothing():
    score = RiskScore(Grade.LOW, Grade.LOW)
    partly = RiskAssessment(
        score, score, method=RiskMethod(tuple(Engine)), answers=answered(4)[:-1]
    )
    assert partly.points is None
    assert partly.graded_by(Engine.QUESTIONNAIRE, score) is None
    assert partly.level is Grade.LOW


def test_an_override_may_raise_what_a_backup_must_prove_and_never_lower_it():
    high = RiskScore(Grade.HIGH, Grade.HIGH)
    lowered = RiskAssessment(high, high, override=Grade.LOW, override_reason="Small")
    assert (lowered.level, lowered.required_backup) == (Grade.LOW, Level.MATCHES_SOURCE)
    raised = replace(lowered, override=Grade.VERY_HIGH)
    assert raised.required_backup is Level.RESTORED


@pytest.mark.parametrize(("value", "grade"), [(0, 1), (1, 2), (2, 3), (3, 4), (4, 5)])
def test_answers_of_one_gravity_suggest_that_gravity_on_both_axes(value: int, grade: int) -> None:
    answers, method = answered(value), RiskMethod()
    assert {suggested(answers, axis, method) for axis in Axis} == {Grade(grade)}


@given(
    st.lists(st.integers(0, 4), min_size=11, max_size=11),
    st.lists(st.floats(0, 20), min_size=11, max_size=11),
    st.integers(0, 10),
)
def test_a_graver_answer_never_makes_the_risk_smaller(
    values: list[int], weights: list[float], place: int
) -> None:
    pairs = zip(QUESTIONS, weights, strict=True)
    method = RiskMethod(tuple(Engine), weights=tuple((item.id, w) for item, w in pairs))
    score = RiskScore(Grade.VERY_LOW, Grade.VERY_LOW)

    def judged(numbers: list[int]) -> RiskAssessment:
        answers = tuple(
            RiskAnswer(item.id, n, method.weight(item.id))
            for item, n in zip(QUESTIONS, numbers, strict=True)
        )
        return RiskAssessment(score, score, method=method, answers=answers)

    graver = [*values[:place], 4, *values[place + 1 :]]
    assert judged(graver).level >= judged(values).level
    for axis in Axis:
        one, other = (suggested(judged(n).answers, axis, method) for n in (values, graver))
        assert (one is None and other is None) or (one and other and other >= one)


def test_questions_are_eleven_and_every_answer_lies_between_calm_and_grave():
    assert len(QUESTIONS) == len({item.id for item in QUESTIONS}) == 11
    for item in QUESTIONS:
        values = [choice.value for choice in item.choices]
        assert values == sorted(set(values))
        assert (values[0], values[-1]) == (0, WORST)
