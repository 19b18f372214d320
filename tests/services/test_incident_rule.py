"""Incidents that came in the time of a change: asked about, and never counted by themselves."""

from dataclasses import replace

import pytest

from app.domain.change import Change
from app.domain.review import Incident
from app.services.review.incident_rule import suspects, suspicion
from tests.services.test_after_the_work import at


@pytest.mark.parametrize(
    ("detected", "fields", "asked"),
    [
        (-1, {}, False),
        (0, {}, True),
        (12, {}, True),
        (7 * 24 * 60 + 10, {}, True),
        (7 * 24 * 60 + 11, {}, False),
        (12, {"caused": True}, False),
        (12, {"fixes": True}, False),
        (None, {}, False),
    ],
)
def test_an_incident_in_the_time_of_a_change_is_asked_about(detected, fields, asked):
    moment = None if detected is None else at(detected)
    incident = Incident("INC-7", "Slow", 2, detected_at=moment, **fields)
    change = Change(
        "c", "CHG-1", "x", incidents=(incident,), work_start=at(0), work_end=at(10),
        monitor_days=7.0,
    )  # fmt: skip
    assert bool(suspects(change)) is asked
    assert suspects(replace(change, work_start=None)) == ()
    lasting = replace(change, work_end=None)
    assert bool(suspects(lasting)) is (asked or detected == 7 * 24 * 60 + 11)
    watched = replace(change, monitor_since=at(60))
    assert bool(suspects(watched)) is (asked or detected == 7 * 24 * 60 + 11)


def test_the_question_says_how_long_after_the_work_began_it_came():
    incident = Incident("INC-7", "Slow", 2, detected_at=at(12))
    change = Change("c", "CHG-1", "x", incidents=(incident,), work_start=at(0))
    assert suspicion(incident, change) == (
        "INC-7 came 12\u202fmin after the work began. Was it caused by this change?"
    )
