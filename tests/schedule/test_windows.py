"""Keeping maintenance windows and freezes."""

from dataclasses import replace
from datetime import datetime

import pytest

from app.analysis.recurrence import upcoming
from app.domain.calendar import AppliesTo, WindowKind
from app.errors import Conflict, InvalidInput, NotFound
from app.services.schedule.windows import (
    move_occurrence,
    new_window,
    next_occurrences,
    retire_window,
    save_window,
    skip_occurrence,
)
from tests.schedule.examples import at, window


def kept(services):
    with services.new_uow() as uow:
        return uow.windows.list()


def test_a_window_is_kept_edited_retired_and_every_step_is_in_the_log(services):
    made = save_window(window("freq=monthly;byday=2TU"), desk=services.desk)
    assert kept(services) == (made,)
    assert made.rule == "FREQ=MONTHLY;BYDAY=2TU"
    edited = save_window(replace(made, name="Patch Tuesday"), desk=services.desk)
    assert edited.version == 1
    with pytest.raises(Conflict):
        save_window(made, desk=services.desk)
    retired = retire_window(made.id, desk=services.desk)
    assert retired.retired
    assert not retire_window(made.id, desk=services.desk, retired=False).retired
    texts = [event.text for event in services.queries.events(limit=4)][::-1]
    assert texts[0] == (
        "Added Maintenance window “Patch night”: "
        "On the second Tuesday of every month, 22:00–02:00 Europe/Berlin"
    )
    assert [text.split()[0] for text in texts] == ["Added", "Edited", "Retired", "Brought"]


def test_the_start_becomes_the_first_occurrence_as_calendars_want_it(services):
    made = save_window(window("FREQ=MONTHLY;BYDAY=2TU", "2026-01-20T22:00"), desk=services.desk)
    assert made.start == datetime(2026, 2, 10, 22)


def test_one_occurrence_is_skipped_and_another_moved(services):
    made = save_window(window("FREQ=MONTHLY;BYDAY=2TU"), desk=services.desk)
    second, third = datetime(2026, 2, 10, 22), datetime(2026, 3, 10, 22)
    skip_occurrence(made.id, second, desk=services.desk)
    moved = move_occurrence(made.id, third, datetime(2026, 3, 11, 20), 7200, desk=services.desk)
    walls = [(item.wall, item.moved) for item in upcoming(moved, at("2026-01-20"), 2)]
    assert walls == [(third, True), (datetime(2026, 4, 14, 22), False)]
    with pytest.raises(NotFound):
        skip_occurrence(made.id, second, desk=services.desk)
    with pytest.raises(InvalidInput):
        move_occurrence(made.id, third, third, 1, desk=services.desk)
    assert not skip_occurrence(made.id, third, desk=services.desk).moved


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"name": " "}, "needs a name"),
        ({"name": "a\nb"}, "needs a name"),
        ({"condition": "x" * 1001}, "too long"),
        ({"duration_s": 30.0}, "one minute to a year"),
        ({"applies_to": AppliesTo(False)}, "holds for nothing"),
        ({"zone": "Mars/Olympus"}, "Mars/Olympus"),
        ({"rule": "FREQ=HOURLY"}, "no rule"),
        ({"rule": "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"}, "never takes place"),
        ({"rule": "FREQ=DAILY", "duration_s": 25 * 3600.0}, "longer than the time"),
    ],
)
def test_what_cannot_be_a_window_is_refused_in_words(services, fields, words):
    with pytest.raises(InvalidInput, match=words):
        save_window(replace(window("FREQ=WEEKLY"), **fields), desk=services.desk)
    assert kept(services) == ()


def test_the_preview_works_before_there_is_a_name_or_a_scope():
    bare = replace(
        new_window(WindowKind.FREEZE, datetime(2026, 12, 20), "UTC"), applies_to=AppliesTo(False)
    )
    assert [item.span.start for item in next_occurrences(bare, at("2026-01-01"))] == [
        at("2026-12-20")
    ]
