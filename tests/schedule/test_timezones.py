"""VTIMEZONE against the zone database, read by dateutil, which knows nothing of ours."""

from datetime import UTC, datetime, timedelta
from io import StringIO
from zoneinfo import ZoneInfo

import icalendar
import pytest
from dateutil.tz import tzical
from hypothesis import given
from hypothesis import strategies as st

from app.exports.timezones import onsets, timezone
from tests.schedule.examples import ZONES

NAMED = [zone for zone in ZONES if zone != "UTC"]
MORE = [*NAMED, "Europe/Dublin", "Africa/Casablanca", "Asia/Kathmandu", "America/Phoenix"]


def read(zone, first=2026, last=2026):
    calendar = icalendar.Calendar()
    calendar.add_component(timezone(zone, first, last))
    return tzical(StringIO(calendar.to_ical().decode())).get(zone)


@pytest.mark.parametrize("zone", MORE)
def test_every_hour_of_two_years_reads_as_the_zone_database_has_it(zone):
    theirs, ours = read(zone), ZoneInfo(zone)
    at = datetime(2025, 6, 1)
    wrong = []
    while at < datetime(2027, 6, 1):
        expected = at.replace(tzinfo=ours)
        doubtful = expected.utcoffset() != expected.replace(fold=1).utcoffset()
        if not doubtful and at.replace(tzinfo=theirs).utcoffset() != expected.utcoffset():
            wrong.append(at)
        at += timedelta(hours=1)
    assert wrong == []


@given(zone=st.sampled_from(NAMED), at=st.datetimes(datetime(2026, 1, 1), datetime(2034, 1, 1)))
def test_years_ahead_are_right_too(zone, at):
    expected = at.replace(tzinfo=ZoneInfo(zone))
    if expected.utcoffset() == expected.replace(fold=1).utcoffset():
        assert at.replace(tzinfo=read(zone)).utcoffset() == expected.utcoffset()


def test_a_zone_with_a_rule_goes_on_for_ever_and_one_without_says_each_year():
    berlin = timezone("Europe/Berlin", 2026, 2026).to_ical().decode()
    assert "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3" in berlin
    assert "DTSTART:20250330T020000\r\nRRULE" in berlin
    assert "RDATE" in timezone("Africa/Casablanca", 2026, 2026).to_ical().decode()
    assert "BYDAY=2SU" in timezone("America/New_York", 2026, 2026).to_ical().decode()


def test_the_moment_of_a_change_is_found_to_the_second():
    spring = onsets("Europe/Berlin", 2026, 2026)[0]
    assert spring.wall == datetime(2026, 3, 29, 2)
    skipped_day = next(o for o in onsets("Pacific/Apia", 2011, 2011) if o.wall.month == 12)
    assert skipped_day.wall == datetime(2011, 12, 30)
    assert skipped_day.after - skipped_day.before == timedelta(hours=24)
    assert skipped_day.wall.replace(tzinfo=UTC) - skipped_day.before == datetime(
        2011, 12, 30, 10, tzinfo=UTC
    )
