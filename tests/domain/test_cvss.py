"""CVSS vectors: FIRST's own examples, every broken form refused, nothing ever crashes."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.cvss import Severity, read_vector, severity_of
from app.errors import InvalidInput

PRINTED = [  # FIRST, "CVSS v3.1 examples"
    ("AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", 6.1),
    ("AV:N/AC:L/PR:L/UI:N/S:C/C:L/I:L/A:N", 6.4),
    ("AV:N/AC:H/PR:N/UI:R/S:U/C:L/I:N/A:N", 3.1),
    ("AV:N/AC:L/PR:L/UI:N/S:C/C:H/I:H/A:H", 9.9),
    ("AV:L/AC:L/PR:N/UI:R/S:U/C:H/I:H/A:H", 7.8),
    ("AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H", 8.8),
    ("AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N", 7.5),
    ("AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", 10.0),
    ("AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:H/A:N", 7.4),
    ("AV:N/AC:L/PR:N/UI:R/S:C/C:H/I:H/A:H", 9.6),
    ("AV:A/AC:L/PR:N/UI:N/S:C/C:H/I:N/A:H", 9.3),
    ("AV:P/AC:L/PR:N/UI:N/S:U/C:N/I:H/A:N", 4.6),
    ("AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N", 0.0),
]
FOUR = "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N"


@pytest.mark.parametrize(("vector", "score"), PRINTED)
def test_the_published_examples_have_their_published_scores(vector, score):
    assert read_vector(f"CVSS:3.1/{vector}").base_score == score


def test_every_vector_of_version_3_has_a_score_with_one_decimal():
    choices = {"AV": "NALP", "AC": "LH", "PR": "NLH", "UI": "NR", "S": "UC", "C": "HLN",
               "I": "HLN", "A": "HLN"}  # fmt: skip
    seen = set()
    for values in itertools.product(*choices.values()):
        pairs = "/".join(f"{name}:{value}" for name, value in zip(choices, values, strict=True))
        score = read_vector(f"CVSS:3.1/{pairs}").base_score
        assert 0 <= score <= 10
        assert score == round(score, 1)
        assert (score == 0) == (values[5:] == ("N", "N", "N"))
        seen.add(score)
    assert len(seen) > 60, "2 592 vectors"


def test_graver_effects_never_lower_the_score():
    for place, name in ((5, "C"), (6, "I"), (7, "A")):
        for rest in itertools.product("NL", "LH", "NLH", "NR", "UC", "HLN", "HLN"):
            scores = []
            for value in "NLH":
                values = [*rest[:5], *rest[5:]]
                values.insert(place, value)
                names = ["AV", "AC", "PR", "UI", "S", "C", "I", "A"]
                pairs = "/".join(f"{n}:{v}" for n, v in zip(names, values, strict=True))
                scores.append(read_vector(f"CVSS:3.1/{pairs}").base_score)
            assert scores == sorted(scores), name


def test_version_4_is_checked_and_its_score_is_not_guessed():
    read = read_vector(FOUR)
    assert (read.version, read.base_score) == ("4.0", None)
    assert str(read) == FOUR
    assert str(read_vector(FOUR + "/E:A/U:Amber/S:P")) == FOUR + "/E:A/U:Amber/S:P"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "no CVSS vector"),
        ("AV:N/AC:L", "no CVSS vector"),
        ("CVSS:2.0/AV:N", "no CVSS vector"),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H", "lacks A"),
        ("CVSS:3.1/AV:N/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "AV twice"),
        ("CVSS:3.1/AV:X/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "AV:X"),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/Q:1", "Q:1"),
        ("CVSS:3.1/AV:/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "AV:"),
        (FOUR.replace("/AT:N", ""), "lacks AT"),
    ],
)
def test_what_is_no_vector_is_refused_with_its_reason(text, why):
    with pytest.raises(InvalidInput, match=why):
        read_vector(text)


@given(st.one_of(st.text(max_size=300), st.text("CVSS:/.314AVNLHPRUI", max_size=80)))
def test_no_text_makes_it_crash(text):
    try:
        vector = read_vector(text)
    except InvalidInput:
        return
    assert read_vector(str(vector)) == vector


@pytest.mark.parametrize(
    ("score", "severity"),
    [
        (0.0, Severity.NONE), (0.1, Severity.LOW), (3.9, Severity.LOW), (4.0, Severity.MEDIUM),
        (6.9, Severity.MEDIUM), (7.0, Severity.HIGH), (8.9, Severity.HIGH),
        (9.0, Severity.CRITICAL),
        (10.0, Severity.CRITICAL),
    ],
)  # fmt: skip
def test_scores_fall_into_the_published_bands(score, severity):
    assert severity_of(score) is severity


@pytest.mark.parametrize("score", [-0.1, 10.1, float("nan"), float("inf")])
def test_a_score_outside_of_the_scale_is_refused(score):
    with pytest.raises(InvalidInput):
        severity_of(score)
