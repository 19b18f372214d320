"""Times in the forms of many countries and tools."""

import math
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import InvalidInput
from app.services.series_files.moments import TimeForm, read_moment

NINE_S = 1_773_824_400.0
"""2026-03-18 09:00 UTC."""


def read_times(cells, zone):
    return TimeForm.of(cells, zone).read(cells)


@pytest.mark.parametrize(
    "cell",
    [
        "2026-03-18T09:00:00Z", "20260318T090000Z", "2026-03-18 09:00:00,000 UTC",
        "18.03.2026 09:00", "18.3.2026, 09:00:00", "18/03/2026 09:00", "03/18/2026 9:00:00 AM",
        "03/18/2026 09:00 a.m.", "3/18/26 9:00 AM", "18-03-2026 09:00:00.000", "2026/3/18 9:00",
        "18 Mar 2026 09:00", "18-Mar-2026 09:00:00", "18-Mar-26 09:00", "Mar 18, 2026 9:00 AM",
        "March 18, 2026, 09:00:00", "18/Mar/2026:09:00:00 +0000", "18. März 2026 09:00",
        "Wed, 18 Mar 2026 09:00:00 GMT", "Wed Mar 18 09:00:00 2026",
        "Wed Mar 18 09:00:00 UTC 2026", "Wed Mar 18 2026 10:00:00 GMT+0100 (Central European)",
        "2026-03-18 10:00:00 CET", "2026-03-18 05:00:00 EDT", "2026-03-18 14:30 +05:30",
        "1773824400", "1773824400.0", "1773824400000", "1773824400000000",
    ],
)  # fmt: skip
def test_one_instant_in_many_forms(cell: str) -> None:
    assert read_times([cell], "UTC").tolist() == [NINE_S]
    assert read_moment(cell, "UTC") == NINE_S


@pytest.mark.parametrize(
    "cell",
    [
        "", "-", "soon", "12:30", "2026-03", "18.13.2026 09:00", "32.03.2026 09:00", "2026-02-30",
        "18 Foo 2026 09:00", "03/18/2026 13:00 PM", "03/18/2026 0:30 AM", "18.03.2026 25:00",
        "2026-03-18 09:00 XYZ", "2026-03-18 09:00 +2500", "10.0.0.1", "1.2.3", "v2026.03.18",
        "9" * 100, "18.03.2026 09:00; DROP TABLE",
    ],
)  # fmt: skip
def test_what_is_no_time_is_none(cell: str) -> None:
    assert math.isnan(read_times([cell, "2026-03-18T09:00:00Z", "2026-03-18"], "UTC")[0])


def test_one_clear_date_decides_for_the_column() -> None:
    cells = ["03/04/2026 09:00", "13/04/2026 09:00"]
    assert read_times(cells, "UTC").tolist() == [utc(2026, 4, 3, 9), utc(2026, 4, 13, 9)]
    cells = ["03/04/2026 09:00", "03/14/2026 09:00"]
    assert read_times(cells, "UTC").tolist() == [utc(2026, 3, 4, 9), utc(2026, 3, 14, 9)]


def test_rows_follow_each_other_whatever_the_order_of_day_and_month() -> None:
    days = ["03/04/2026", "04/04/2026", "05/04/2026"]
    assert read_times(days, "UTC").tolist() == [utc(2026, 4, day) for day in (3, 4, 5)]
    days = ["04/03/2026", "04/04/2026", "04/05/2026"]
    assert read_times(days, "UTC").tolist() == [utc(2026, 4, day) for day in (3, 4, 5)]


def test_the_half_of_the_day_tells_the_order() -> None:
    assert read_times(["03/04/2026 12:30 AM"], "UTC").tolist() == [utc(2026, 3, 4, 0, 30)]
    assert read_times(["03/04/2026 12:30 PM"], "UTC").tolist() == [utc(2026, 3, 4, 12, 30)]


def test_a_date_that_could_be_two_is_refused() -> None:
    with pytest.raises(InvalidInput, match="03/04 can be read in two ways"):
        read_times(["03/04/2026 09:00", "03/04/2026 10:00"], "UTC")
    with pytest.raises(InvalidInput, match="two ways"):
        read_moment("3/4/2026 09:00", "UTC")
    assert read_times(["04/04/2026 09:00"], "UTC").tolist() == [utc(2026, 4, 4, 9)]


def test_days_of_a_spreadsheet_are_wall_times() -> None:
    assert read_times(["46099.375", "46099.5"], "UTC").tolist() == [NINE_S, NINE_S + 3 * 3600]
    assert read_times(["46099.375", "46099.5"], "Europe/Berlin")[0] == NINE_S - 3600


def test_whole_numbers_of_that_size_are_seconds() -> None:
    assert read_times(["46099", "46100"], "UTC").tolist() == [46099, 46100]


@given(
    st.datetimes(datetime(2000, 1, 1), datetime(2069, 12, 31)),
    st.sampled_from(
        ["%d.%m.%Y %H:%M:%S", "%d-%b-%Y %H:%M:%S", "%b %d, %Y %I:%M:%S %p", "%Y/%m/%d %H:%M:%S",
         "%d %B %Y %H:%M:%S", "%a %b %d %H:%M:%S %Y", "%d/%b/%Y:%H:%M:%S"]
    ),
)  # fmt: skip
def test_what_was_written_is_read(at: datetime, form: str) -> None:
    at = at.replace(microsecond=0)
    assert read_times([at.strftime(form)], "UTC").tolist() == [at.replace(tzinfo=UTC).timestamp()]


@given(st.datetimes(datetime(1990, 1, 1), datetime(2068, 1, 1)), st.integers(-12, 14))
def test_mail_dates_are_read(at: datetime, hours: int) -> None:
    there = at.replace(microsecond=0, tzinfo=ZoneInfo("UTC")) - timedelta(hours=hours)
    assert read_times([format_datetime(there)], "Asia/Tokyo").tolist() == [there.timestamp()]


@given(st.lists(st.text(max_size=40), min_size=1, max_size=8))
def test_no_text_breaks_the_reader(cells: list[str]) -> None:
    with suppress(InvalidInput):  # a date that could be two
        assert read_times(cells, "UTC").shape == (len(cells),)


def test_an_hour_of_a_million_rows_is_not_a_day() -> None:
    cells = [f"03/04/2026 09:{i // 60:02}:{i % 60:02} AM" for i in range(3600)]
    at_s = read_times(cells, "UTC")
    assert np.array_equal(np.diff(at_s), np.ones(3599))


def utc(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> float:
    return datetime(year, month, day, hour, minute, tzinfo=UTC).timestamp()


MOMENTS = st.datetimes(datetime(1971, 1, 1), datetime(2099, 1, 1))
OFFSETS = st.sampled_from(["", "Z", "+01:00", "-05:30"])


@given(
    moments=st.lists(MOMENTS, min_size=2, max_size=8),
    offset=OFFSETS,
    step=st.sampled_from(["auto", "minutes", "seconds", "milliseconds", "microseconds"]),
    mark=st.sampled_from("T "),
    odd=st.none() | st.sampled_from(["2026-02-30T09:00:00", "soon", "", "2026-03-18", "NaT"]),
)
def test_a_column_says_what_each_of_its_cells_says(moments, offset, step, mark, odd):
    cells = [at.isoformat(mark, step) + offset for at in moments]
    form = TimeForm.of(cells, "Europe/Berlin")
    if odd is not None:
        cells.insert(1, odd + offset)
    one_by_one = [float(form.read([cell])[0]) for cell in cells]
    assert np.array_equal(form.read(cells), one_by_one, equal_nan=True)
    plain = [datetime.fromisoformat(at.isoformat(mark, step) + offset) for at in moments]
    there = [at if at.tzinfo else at.replace(tzinfo=ZoneInfo("Europe/Berlin")) for at in plain]
    known = [at for cell, at in zip(cells, one_by_one, strict=True) if cell != f"{odd}{offset}"]
    if odd is None:
        assert known == [at.timestamp() for at in there]
