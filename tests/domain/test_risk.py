"""Every cell of NIST SP 800-30 Rev. 1, table I-2, and what each level asks of a backup."""

import pytest

from app.domain.backup import Level
from app.domain.risk import Grade, RiskAssessment, RiskScore, risk_level

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
