"""CSV files as people's tools write them."""

import math
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import InvalidInput
from app.services.series_files.moments import read_moment
from app.services.series_files.zones import zone_of
from tests.services.series_files.tables import opened

NINE_S = 1_773_824_400.0
"""2026-03-18 09:00 UTC."""
PLAIN = "time,cpu\n2026-03-18T09:00:00Z,1\n2026-03-18T09:01:00Z,2\n"


@pytest.mark.parametrize(
    "text",
    [
        PLAIN,
        "\ufeff" + PLAIN,
        PLAIN.replace(",", ";"),
        PLAIN.replace(",", "\t"),
        PLAIN.replace("\n", "\r\n"),
        "# exported today\n\n" + PLAIN + "\n# the end\n",
        "sep=,\n" + PLAIN,
        PLAIN.replace("T", " ").replace("Z", ""),
        PLAIN.replace("T", " ").replace("Z", " UTC"),
        PLAIN.replace("Z", "+0000"),
        PLAIN.replace("2026-03-18T09", "2026-03-18T10").replace("Z", "+01:00"),
        "time;cpu\n18.03.2026 09:00:00;1,0\n18.03.2026 09:01:00;2,0\n",
        "Timestamp,cpu\n2026/03/18 09:00,1\n2026/03/18 09:01,2\n",
        f"time,cpu\n{NINE_S:.0f},1\n{NINE_S + 60:.0f},2\n",
        f"time,cpu\n{NINE_S:.0f}000,1\n{NINE_S + 60:.0f}000,2\n",
        f"time,cpu\n{NINE_S:.0f}000000,1\n{NINE_S + 60:.0f}000000,2\n",
        f"time,cpu\n{NINE_S:.0f}000000000,1\n{NINE_S + 60:.0f}000000000,2\n",
        'cpu,"when"\n1,2026-03-18T09:00:00Z\n2,2026-03-18T09:01:00Z\n',
        "time,cpu\nsoon,9\n2026-03-18T09:00:00Z,1\n2026-03-18T09:01:00Z,2\n",
        '"time", "cpu"\n"2026-03-18T09:00:00Z", "1"\n"2026-03-18T09:01:00Z", "2"\n',
    ],
)
def test_the_same_series_is_read_from_every_form(text: str) -> None:
    found = opened(text.encode()).look("cpu")
    assert found.at_s.tolist() == [NINE_S, NINE_S + 60]
    assert found.value.tolist() == [1, 2]


@pytest.mark.parametrize("coding", ["utf-16", "latin-1", "utf-8"])
def test_other_encodings_are_read(coding: str) -> None:
    found = opened("time,größe\n2026-03-18T09:00:00Z,1\n".encode(coding))
    assert found.names == ("größe",)


def test_a_file_without_a_header_is_read() -> None:
    assert opened(b"1773824400,5\n1773824460,nan\n").names == ("value",)
    assert opened(b"2026-03-18T09:00:00Z,5,6\n").names == ("column 2", "column 3")


def test_cells_without_a_number_are_missing_never_zero() -> None:
    text = "time,a\n" + "\n".join(
        f"{NINE_S + 60 * i},{cell}"
        for i, cell in enumerate(["1", "", "NaN", "null", "-", "inf", "-inf", "n/a", "0"])
    )
    value = opened(text.encode()).look("a").value
    assert [i for i, v in enumerate(value) if math.isfinite(v)] == [0, 8]
    short = opened(b"time,a,b\n1,2,3\n2,5\n").look("b").value
    assert math.isnan(short[1])


def test_times_without_a_zone_are_wall_times_there() -> None:
    text = b"time,a\n2026-03-28 12:00:00,1\n2026-03-29 12:00:00,2\n"
    at_s = opened(text, zone="Europe/Berlin").head.at_s
    assert at_s[1] - at_s[0] == 23 * 3600


def test_repeated_names_are_numbered() -> None:
    assert opened(b"time,a,a,\n1,2,3,\n").names == ("a", "a (2)")


def test_rows_without_a_time_are_counted() -> None:
    found = opened(b"time,a\n1,2\n?,3\n3,4\n")
    assert (found.head.skipped, found.head.at_s.tolist()) == (1, [1, 3])


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "no rows"),
        (b"# nothing\n", "no rows"),
        (b"time,a\n", "no rows"),
        (b"time,a\nx,1\ny,2\n", "cannot be read"),
        (b"time\n1\n2\n", "no column of values"),
        (b'time,a\n"' + b"x" * 200_000, "no rows"),
    ],
)
def test_what_is_no_series_is_named(data: bytes, words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        opened(data)


def test_columns_are_named_in_errors() -> None:
    table = opened(b"time,a,b\n1,x,2\n2,y,3\n")
    with pytest.raises(InvalidInput, match="no column “c”") as error:
        table.look("c")
    assert "a, b" in error.value.hint
    with pytest.raises(InvalidInput, match="holds no numbers"):
        table.look("a")


@pytest.mark.parametrize(
    ("text", "at_s"),
    [
        ("2026-03-18T09:00:00Z", NINE_S),
        ("2026-03-18 10:00", NINE_S),
        ("18.03.2026 10:00", NINE_S),
        ("1773824400", NINE_S),
        ("1773824400000", NINE_S),
        ("1773824400.5", NINE_S + 0.5),
    ],
)
def test_moments_are_read_in_the_zone(text: str, at_s: float) -> None:
    assert read_moment(text, "Europe/Berlin") == at_s


@pytest.mark.parametrize("text", ["noon", "", "-5", "1e30", "nan", "2026-03-29T02:30"])
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        read_moment(text, "Europe/Berlin")


def test_unknown_zones_are_named() -> None:
    for zone in ("Mars/Olympus", "", "../etc"):
        with pytest.raises(InvalidInput, match="not known"):
            zone_of(zone)


@given(st.binary(max_size=400))
def test_no_bytes_break_the_reader(data: bytes) -> None:
    try:
        table = opened(data)
        for name in table.names:
            assert len(table.look(name).value) == len(table.head.at_s)
    except InvalidInput:
        pass


@given(
    st.lists(st.tuples(st.integers(0, 10**6), st.floats(-1e9, 1e9)), min_size=1, max_size=30),
    st.sampled_from([",", ";", "\t", "|"]),
    st.sampled_from(["epoch", "iso"]),
)
def test_what_was_written_is_read(rows: list[tuple[int, float]], mark: str, form: str) -> None:
    def stamp(offset_s: int) -> str:
        at = datetime.fromtimestamp(NINE_S + offset_s, ZoneInfo("Asia/Kathmandu"))
        return at.isoformat() if form == "iso" else repr(NINE_S + offset_s)

    text = "\n".join([f"time{mark}x", *(f"{stamp(at)}{mark}{value!r}" for at, value in rows)])
    found = opened(text.encode()).look("x")
    assert np.array_equal(found.at_s, [NINE_S + at for at, _ in rows])
    assert np.array_equal(found.value, [value for _, value in rows])
