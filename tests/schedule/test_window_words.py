"""Recurring windows in plain words."""

from dataclasses import replace
from datetime import datetime

import pytest

from app.analysis.recurrence import upcoming
from app.domain.calendar import AppliesTo, LengthRule, Moved
from app.services.schedule.window_words import (
    applies_words,
    length_words,
    occurrence_words,
    rule_sentence,
    window_sentence,
)
from tests.schedule.examples import DB, HOSTS, at, only, plain, window

START = datetime(2026, 1, 13, 22)


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("FREQ=DAILY", "Every day"),
        ("FREQ=DAILY;INTERVAL=2;COUNT=5", "Every 2 days, 5 times"),
        ("FREQ=DAILY;BYDAY=SA,SU", "Every day that is Saturday or Sunday"),
        ("FREQ=WEEKLY", "Every Tuesday"),
        ("FREQ=WEEKLY;BYDAY=MO,WE,FR", "Every Monday, Wednesday and Friday"),
        ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "Every working day, Monday to Friday"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU", "Every 2 weeks on Tuesday"),
        ("FREQ=MONTHLY;BYDAY=2TU", "On the second Tuesday of every month"),
        ("FREQ=MONTHLY;BYDAY=1SA,3SU", "On the first Saturday and the third Sunday of every month"),
        ("FREQ=MONTHLY;BYDAY=TU;BYSETPOS=2", "On the second Tuesday of every month"),
        (
            "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
            "On the last working day of every month",
        ),
        ("FREQ=MONTHLY;INTERVAL=3", "On day 13 of every 3 months"),
        ("FREQ=MONTHLY;BYMONTHDAY=15,-1", "On day 15 and the last day of every month"),
        ("FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", "On Friday that falls on day 13 of every month"),
        ("FREQ=YEARLY", "Every year on 13 January"),
        ("FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=20", "Every year on day 20 of December"),
        ("FREQ=YEARLY;BYMONTH=3,5;BYDAY=-1SU", "Every year on the last Sunday of March and May"),
        ("FREQ=YEARLY;BYWEEKNO=20", "Every year (with BYWEEKNO=20)"),
        ("FREQ=WEEKLY;UNTIL=20261231T235959", "Every Tuesday, until Thu 31 Dec 2026"),
    ],
)  # fmt: skip
def test_a_rule_is_said_in_words(rule, words):
    assert rule_sentence(rule, START) == words


def test_a_window_is_one_sentence_with_times_and_zone():
    patch = window("FREQ=MONTHLY;BYDAY=2TU")
    assert window_sentence(patch) == (
        "On the second Tuesday of every month, 22:00–02:00 Europe/Berlin"
    )
    assert window_sentence(window()) == "Once on Tue 13 Jan 2026, 22:00–02:00 Europe/Berlin"
    assert window_sentence(window("FREQ=WEEKLY", hours=48)) == (
        "Every Tuesday, 22:00–22:00 Europe/Berlin, ending 2 days later"
    )
    real = replace(patch, length=LengthRule.REAL)
    assert plain(window_sentence(real)).endswith("from 22:00 for 4 h Europe/Berlin")
    assert plain(length_words(real)) == "4 h of real time, whatever the clocks do"


def test_an_unusual_night_says_what_is_unusual():
    one = window("FREQ=WEEKLY", "2026-03-22T02:30", 3)
    _first, night = upcoming(one, at("2026-03-01"), 2)
    assert plain(occurrence_words(night)) == (
        "Sun 29 Mar 2026 03:30–05:30 CEST (02:30 does not exist that night; "
        "2 h of real time, the clocks change)"
    )
    moved = replace(one, moved=(Moved(night.wall, datetime(2026, 3, 30, 1), 3600.0),))
    _first, night = upcoming(moved, at("2026-03-01"), 2)
    assert occurrence_words(night).endswith("(moved from Sun 29 Mar 2026)")


def test_for_whom_a_window_holds_is_said_by_name():
    assert applies_words(window(), HOSTS) == "everything"
    scope = only(DB, tags=("web",), services=("Shop",))
    assert applies_words(window(applies_to=scope), HOSTS) == (
        "db-01, hosts with the tag web and the service Shop"
    )
    assert applies_words(window(applies_to=AppliesTo(False)), HOSTS) == "nothing yet"
