"""Calendar files: read back by other programs, complete, and safe whatever a title says."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.analysis.recurrence import occurrences
from app.domain.calendar import LengthRule, Moved
from app.domain.change import ChangeState
from app.domain.people import Contact
from app.domain.window import TimeRange, Window
from app.errors import NotFound
from app.exports.ics import write_calendar
from app.services.change import changes
from app.services.schedule.calendars import (
    CalendarFile,
    ChangeEntry,
    EntryStatus,
    Method,
    Person,
    WindowEntry,
    export_changes,
)
from app.services.schedule.scheduling import reschedule
from app.services.schedule.windows import checked, retire_window, save_window
from tests.schedule.conftest import read
from tests.schedule.examples import BERLIN, ZONES, at, freeze, span, window
from tests.schedule.reading import components, expand, instant, vevents

MADE = at("2026-02-01T12:00")
PLAIN = ChangeEntry(
    "c1", 0, "CHG-000001 Upgrade", "Text", span("2026-02-10T22:00"), BERLIN,
    EntryStatus.CONFIRMED, None, None, None,
)  # fmt: skip


def written(*entries, windows=(), method=Method.PUBLISH):
    entries_of = tuple(WindowEntry(one, one.name, "") for one in windows)
    owner = Person("Lerato", "exported by")
    return write_calendar(CalendarFile("All", method, MADE, owner, entries, entries_of))


def test_a_change_comes_back_with_everything_that_a_calendar_wants():
    entry = replace(PLAIN, sequence=3, organizer=Person("Nomsa", "coordinator", "n@example.org"),
                    created=MADE, altered=MADE)  # fmt: skip
    data = written(entry)
    (event,) = components(data)
    assert event["uid"] == "change-c1@changedesk"
    assert event["sequence"] == 3
    assert event.decoded("dtstamp") == MADE
    assert event["status"] == "CONFIRMED"
    assert event.decoded("dtstart").astimezone(UTC) == entry.span.start
    assert event.decoded("dtend").astimezone(UTC) == entry.span.end
    assert event["dtstart"].params["TZID"] == BERLIN
    assert event["organizer"] == "mailto:n@example.org"
    assert "attendee" not in event  # RFC 5546, 3.2.1: MUST NOT be in what is published
    text = data.decode()
    assert "METHOD:PUBLISH" in text
    assert "BEGIN:VTIMEZONE" in text
    (theirs,) = vevents(data)
    assert instant(theirs.dtstart.value) == entry.span.start
    assert instant(theirs.dtend.value) == entry.span.end


@given(
    start=st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)),
    minutes=st.integers(1, 4000),
    zone=st.sampled_from(ZONES),
)
def test_every_instant_comes_back_through_the_zones_of_the_file(start, minutes, zone):
    begins = start.replace(second=0, microsecond=0, tzinfo=UTC)
    entry = replace(PLAIN, zone=zone, span=TimeRange(begins, begins + timedelta(minutes=minutes)))
    (event,) = vevents(written(entry))
    assert instant(event.dtstart.value) == entry.span.start
    assert instant(event.dtend.value) == entry.span.end


RULES = st.sampled_from(
    [
        "", "FREQ=DAILY", "FREQ=WEEKLY;BYDAY=SA,SU", "FREQ=MONTHLY;BYDAY=2TU",
        "FREQ=MONTHLY;BYDAY=-1SU", "FREQ=DAILY;INTERVAL=5;COUNT=40", "FREQ=WEEKLY;UNTIL=20260601",
        "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "FREQ=YEARLY;BYMONTH=3,10;BYDAY=-1SU",
    ]
)  # fmt: skip


SHIFTING = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe")


@settings(max_examples=80)
@given(
    rule=RULES,
    start=st.datetimes(datetime(2026, 1, 1), datetime(2026, 3, 1)).map(
        lambda time: time.replace(hour=(time.hour % 8 + 20) % 24)  # 20:00 to 03:45
    ),
    hours=st.sampled_from([0.5, 1, 3, 6]),
    zone=st.sampled_from((*SHIFTING, *SHIFTING, "UTC", "Pacific/Apia")),
    length=st.sampled_from(LengthRule),
    places=st.tuples(st.integers(0, 9), st.integers(0, 9)),
)
def test_windows_take_place_when_we_say_so_also_on_nights_of_clock_changes(
    rule, start, hours, zone, length, places
):
    skip, shift = places
    start = start.replace(minute=start.minute // 15 * 15, second=0, microsecond=0)
    one = checked(window(rule, start.isoformat(), hours, zone=zone, length=length))
    looked = TimeRange(at("2025-12-01"), at("2027-01-01"))
    walls = [item.wall for item in occurrences(one, looked)]
    if rule and len(walls) > 12:
        moved = Moved(walls[shift], walls[shift] + timedelta(hours=2), 5400.0)
        one = replace(one, skipped=(walls[skip],), moved=(moved,) if skip != shift else ())
    events = vevents(written(windows=[one]))
    expected = [(item.span.start, item.span.end) for item in occurrences(one, looked)]
    assert expand(events, looked.start, looked.end) == expected
    assert len({event.uid.value for event in events}) == 1


@pytest.mark.parametrize(
    ("start", "hours", "zone"),
    [
        ("2026-03-01T22:00", 6, BERLIN),  # an hour shorter in spring, longer in autumn
        ("2026-03-01T02:30", 3, BERLIN),  # begins later in spring, in the first hour in autumn
        ("2026-03-01T02:30", 0.5, BERLIN),  # does not take place at all in spring
        ("2026-02-01T01:45", 0.5, "Australia/Lord_Howe"),  # half an hour forward in October
        ("2026-02-01T01:00", 1.25, "America/New_York"),
    ],
)
def test_the_nights_on_which_the_clocks_change_are_the_same_to_a_reader(start, hours, zone):
    looked = TimeRange(at("2026-03-10"), at("2027-03-10"))
    for length in LengthRule:
        one = window("FREQ=DAILY", start, hours, zone=zone, length=length)
        expected = [(item.span.start, item.span.end) for item in occurrences(one, looked)]
        found = expand(vevents(written(windows=[one])), looked.start, looked.end)
        assert found == expected
        assert 363 <= len(found) <= 366


def test_the_rule_of_a_window_stands_in_the_file_with_its_exceptions():
    one = window(
        "FREQ=MONTHLY;BYDAY=2TU;UNTIL=20261231T235959",
        skipped=(datetime(2026, 2, 10, 22),),
        moved=(Moved(datetime(2026, 3, 10, 22), datetime(2026, 3, 11, 20), 7200.0),),
        version=4,
    )
    text = written(windows=[one]).decode()
    assert "RRULE:FREQ=MONTHLY;UNTIL=20261231T225959Z;BYDAY=2TU" in text
    assert "EXDATE;TZID=Europe/Berlin:20260210T220000" in text
    assert "RECURRENCE-ID;TZID=Europe/Berlin:20260310T220000" in text
    assert "DURATION:PT4H0M0S" in text
    assert text.count("SEQUENCE:4") == 2
    assert "TRANSP:OPAQUE" in written(windows=[freeze("2026-12-20T00:00", 300)]).decode()


def test_what_begins_in_the_second_of_two_equal_hours_is_written_in_utc():
    second = TimeRange(at("2026-10-25T01:30"), at("2026-10-25T03:00"))
    text = written(replace(PLAIN, span=second)).decode()
    assert "DTSTART:20261025T013000Z" in text
    assert "DTEND;TZID=Europe/Berlin:20261025T040000" in text


HOSTILE = [
    'Fix; a,b \\ "quoted"\nBEGIN:VEVENT\nUID:evil\nEND:VEVENT',
    "Line\r\nATTENDEE:mailto:evil@example.org\r\nX:1",
    "ü" * 300 + "🙂" * 50,
    "\x00\x07\x1b[31m red \x7f \u2028 next",
    '";X-EVIL=1:mailto:x^n^^',
    "\ud800 lone",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(text):
    entry = replace(PLAIN, title=text, text=text, organizer=Person(text, text))
    data = written(entry)
    assert all(len(line) <= 75 for line in data.split(b"\r\n"))
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)|[\x00-\x09\x0b\x0c\x0e-\x1f\x7f]", data)
    (event,), (theirs,) = components(data), vevents(data)
    assert event["uid"] == theirs.uid.value == "change-c1@changedesk"
    assert not {"X", "X-EVIL"} & {str(name).upper() for name in event}
    clean = re.sub(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]", "", text.replace("\r\n", "\n"))
    clean = clean.encode("utf-8", "replace").decode()
    assert str(event["description"]) == clean
    assert "\n" not in str(event["summary"])
    assert theirs.description.value == clean


@given(st.text(max_size=200), st.text(max_size=40))
def test_any_text_is_one_entry_to_both_readers(text, name):
    data = written(replace(PLAIN, title=text, text=text, organizer=Person(name, name)))
    assert len(components(data)) == len(vevents(data)) == 1


def exported(services, *made, **more):
    return export_changes([str(one.id) for one in made], exporting=services.exporting, **more)


def test_each_alteration_of_time_title_or_state_counts_and_nothing_else_does(services, made):
    one = made(state=ChangeState.ASSESS)

    def sequence():
        (event,) = components(exported(services, one))
        return int(event["sequence"])

    first = sequence()
    changes.edit_change(one.id, lambda c: replace(c, description="Other"), desk=services.desk)
    assert sequence() == first
    changes.edit_change(one.id, lambda c: replace(c, title="Other"), desk=services.desk)
    assert sequence() == first + 1
    reschedule(one.id, Window(span("2026-02-12T22:00"), BERLIN), desk=services.desk)
    assert sequence() == first + 2
    changes.move_change(one.id, ChangeState.DRAFT, desk=services.desk, reason="Again")
    assert sequence() == first + 3


def test_a_canceled_change_is_taken_out_of_the_calendar(services, made):
    one, other = made(), made("2026-02-20T22:00")
    changes.move_change(one.id, ChangeState.CANCELED, desk=services.desk, reason="Not needed")
    text = exported(services, one).decode()
    assert "METHOD:CANCEL" in text
    assert "STATUS:CANCELLED" in text
    both = exported(services, one, other)
    assert b"METHOD:PUBLISH" in both
    assert sorted(str(event["status"]) for event in components(both)) == ["CANCELLED", "CONFIRMED"]


def test_people_and_windows_go_into_the_file(services, made):
    save_window(window("FREQ=MONTHLY;BYDAY=2TU", condition="Not at month end"), desk=services.desk)
    save_window(freeze("2026-12-20T00:00", 300), desk=services.desk)
    contact = Contact("Lerato", "on call", "+27 11, lerato@example.org")
    one = made(contacts=(contact,), reviewer="Ayesha")
    events = components(exported(services, one, windows=True))
    titles = [str(event["summary"]) for event in events if "recurrence-id" not in event]
    assert titles == [
        f"{one.number} Upgrade the database", "Maintenance window: Patch night", "Freeze: Year end"
    ]  # fmt: skip
    assert (
        "People: Nomsa (coordinator), Sipho (implementer), Ayesha (reviewer), Lerato (on call)"
        in (events[0]["description"].replace("\r\n", "\n"))
    )
    assert {event["organizer"].params["CN"] for event in events} == {"Nomsa"}
    assert all("attendee" not in event for event in events)
    assert "Hosts: db-01" in events[0]["description"]
    assert "Not at month end" in str(events[1]["description"])


def test_a_retired_window_is_taken_out_of_the_calendars_that_hold_it(services, made):
    kept = save_window(window("FREQ=MONTHLY;BYDAY=2TU"), desk=services.desk)
    one = made()
    before = components(exported(services, one, windows=True))[-1]
    retire_window(kept.id, desk=services.desk)
    after = components(exported(services, one, windows=True))[-1]
    assert [str(event["status"]) for event in (before, after)] == ["CONFIRMED", "CANCELLED"]
    assert before["uid"] == after["uid"]
    assert int(after["sequence"]) > int(before["sequence"])


def test_nothing_to_export_is_said(services, made):
    one = made(window=None, state=ChangeState.DRAFT)
    with pytest.raises(NotFound, match="nothing to put"):
        exported(services, one)
    assert read(services, one.id).window is None


def test_example_data_says_so_in_every_entry(services, made):
    save_window(freeze("2026-12-20T00:00", 300), desk=services.desk)
    one = made()
    desk = replace(services.desk, settings=replace(services.settings, example=True))
    exporting = replace(services.exporting, desk=desk)
    data = export_changes((one.id,), exporting=exporting, windows=True)
    assert b"X-WR-CALNAME:Example data: " in data
    titles = [str(event["summary"]) for event in components(data)]
    assert all(title.startswith("Example data: ") for title in titles)
    assert len(titles) == 2
