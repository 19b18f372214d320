"""Files as nobody made them for us: what they hold is read rightly, or refused in plain words."""

import gzip
import math

import pytest

from app.errors import InvalidInput
from app.exports.readers import READERS
from app.services.series_files.moments import read_moment
from app.services.series_files.reading import open_series

T = 1_773_824_400
"""2026-03-18 10:00 in Berlin."""
GOOD = {
    "byte order mark": ("\ufefftime,a\n{t},1\n{u},2\n".encode(), [1, 2]),
    "UTF-16": ("time\ta\n{t}\t1\n{u}\t2\n".encode("utf-16"), [1, 2]),
    "decimal commas": (b"Zeit;a\n18.03.2026 10:00;1,5\n18.03.2026 10:01;1.234,5\n", [1.5, 1234.5]),
    "semicolons and points with units": (b"time;a\n{t};12.5 %\n{u};7.25 %\n", [12.5, 7.25]),
    "semicolons, a comma once": (b"time;a\n{t};1,5 ms\n{u};2.5 ms\n", [1.5, 2.5]),
    "Swiss groups": ("time;a\n{t};1’234.5\n{u};2’000\n".encode(), [1234.5, 2000]),
    "milliseconds": (b"time,a\n{t}000,1\n{u}000,2\n", [1, 2]),
    "microseconds": (b"time,a\n{t}000000,1\n{u}000000,2\n", [1, 2]),
    "zones that differ": (
        b"time,a\n2026-03-18T09:00:00Z,1\n2026-03-18T11:01:00+02:00,2\n",
        [1, 2],
    ),
    "no header": (b"{t},1\n{u},2\n", [1, 2]),
    "time last": (b"a,time\n1,{t}\n2,{u}\n", [1, 2]),
    "groups of thousands": (b'time,a\n{t},"1,234,567"\n{u},"2,000"\n', [1234567, 2000]),
    "no numbers": (b"time,a\n{t},inf\n{u},3\n", [math.nan, 3]),
    "units that differ": (b"time,a\n{t},1.5 s\n{u},900 ms\n", [1.5, 0.9]),
    "named delimiter": (b"sep=;\ntime;a\n{t};1\n{u};2\n", [1, 2]),
    "pipes": (b"time|a\n{t}|1\n{u}|2\n", [1, 2]),
    "old line ends": (b"time,a\r{t},1\r{u},2\r", [1, 2]),
    "a newline in a name": (b'time,"a\nb"\n{t},1\n{u},2\n', [1, 2]),
    "a zero byte": (b"time,a\n{t},1\x00\n{u},2\n" + b"\n" * 60, [math.nan, 2]),
    "names in brackets": (b"<DATE>,<VALUE>\n{t},1\n{u},2\n", [1, 2]),
    "halves of days": (b"time,a\n3/18/2026 9:00 AM,1\n3/18/2026 9:01 AM,2\n", [1, 2]),
}
REFUSED = {
    "empty": (b"", "holds no rows"),
    "header only": (b"time,a\n", "holds no rows"),
    "no numbers at all": (b"time,a\n{t},NaN\n", "holds no numbers"),
    "packed": (gzip.compress(b"time,a\n1,2\n"), "is packed"),
    "a web page": (b"\n<!doctype html><html>Log in</html>", "is a web page or XML"),
    "XML": (
        b'<testResults version="1.2">\n<sample t="1"/>\n</testResults>\n',
        "is a web page or XML",
    ),
    "bytes": (bytes(500) + bytes(range(256)) * 20, "is not text"),
    "UTF-16 without a mark": ("time,a\n{t},1\n".encode("utf-16-le"), "is not text"),
    "a workbook that is none": (b"PK\x03\x04junk", "not a workbook"),
    "Parquet cut off": (b"PAR1junk", "no Parquet file"),
    "JSON without series": (b"{}", "holds no series"),
    "JSON cut off": (b'{"status":', "not JSON"),
    "JSON too deep": (b"[" * 100_000, "holds no series"),
    "an error of the server": (
        b'{"status":"error","errorType":"bad_data","error":"no such metric"}',
        "no such metric",
    ),
    "dates that could be two": (
        b"time,a\n03/04/2026 09:00,1\n03/04/2026 09:01,2\n",
        "can be read in two ways",
    ),
    "a cell without an end": (b"time,a\n{t}," + b"9" * 200_000 + b"\n", "holds no rows"),
}


def read_whole(path):
    file = open_series(path, zone="Europe/Berlin", readers=READERS)
    return file.read(file.names)


def written(folder, content: bytes):
    path = folder / "unseen.csv"
    for name, second in (("t", T), ("u", T + 60)):
        for coding in ("utf-16-le", "ascii"):
            mark, figures = (text.encode(coding) for text in (f"{{{name}}}", str(second)))
            content = content.replace(mark, figures)
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("form", GOOD)
def test_a_file_never_seen_is_read_rightly(tmp_path, form):
    content, expected = GOOD[form]
    found = read_whole(written(tmp_path, content))
    (series,) = found.series.values()
    first = T - 3600 if form == "halves of days" else T
    assert series.at_s.tolist() == [first, first + 60]
    assert series.value.tolist() == pytest.approx(expected, nan_ok=True, rel=1e-12)
    assert (found.skipped, found.rejected) == (0, ())


@pytest.mark.parametrize("form", REFUSED)
def test_a_file_that_is_none_is_refused_in_plain_words(tmp_path, form):
    content, words = REFUSED[form]
    path = written(tmp_path, content)
    with pytest.raises(InvalidInput, match=words):
        read_whole(path)


def test_a_row_left_out_is_named_once(tmp_path):
    path = written(tmp_path, b"time,a\n{t},1\nyesterday,2\n{u},3\n")
    found = open_series(path, readers=READERS).read(["a"])
    assert [(each.line, each.why) for each in found.rejected] == [(3, "“yesterday” is not a time")]
    assert found.skipped == 1


CLOSINGS = {
    "at no end": "",
    "at the next one": f'{T + 240},"7\n{T + 300},8\n',
    "within a text": f'{T + 240},"note, ""odd""\n{T + 300},8\n',
}


@pytest.mark.parametrize("closing", CLOSINGS)
def test_a_quote_that_is_never_closed_spoils_its_own_row_only(tmp_path, closing):
    head = f'time,a\n{T},4\n{T + 60},"1\n{T + 120},2\n\n{T + 180},3\n'
    path = written(tmp_path, (head + CLOSINGS[closing]).encode())
    found = open_series(path, readers=READERS).read(["a"])
    expected = [4, 2, 3, 8] if closing != "at no end" else [4, 2, 3]
    assert found.series["a"].value.tolist() == expected
    bad = [3, 7] if closing != "at no end" else [3]
    assert [(each.line, each.why) for each in found.rejected] == [
        (line, "a quote is never closed") for line in bad
    ]
    assert found.skipped == len(bad)


def test_a_text_over_several_lines_is_one_cell(tmp_path):
    note = f'time,a,note\n{T},1,"first\nsecond, third\n7, 8"\n{T + 60},2,\n'
    found = open_series(written(tmp_path, note.encode()), readers=READERS).read(["a"])
    assert found.series["a"].value.tolist() == [1, 2]
    assert found.skipped == 0


def test_what_is_no_figure_is_named_and_stays_a_gap(tmp_path):
    cells = ("1", "NaN", "", "-", "inf", "abc", "=1+2", "\x1b[31m", "7")
    rows = "".join(f"{T + 60 * i},{cell}\n" for i, cell in enumerate(cells))
    found = open_series(written(tmp_path, f"time,a\n{rows}".encode()), readers=READERS).read(["a"])
    gap = math.nan
    assert found.series["a"].value.tolist() == pytest.approx([1, *[gap] * 7, 7], nan_ok=True)
    assert (found.odd, found.skipped) == (4, 0)
    assert [(each.line, each.why) for each in found.odd_cells] == [
        (6, "“inf” is no figure"), (7, "“abc” is no figure"), (8, "“=1+2” is no figure"),
        (9, "“\x1b[31m” is no figure"),
    ]  # fmt: skip


TIMES = {
    "a count in another unit": (f"{T + 120}000", "“1773824520000” is no time of this age"),
    "before 1970": ("-5", "“-5” is no time of this age"),
    "beyond all": ("1e300", "“1e300” is no time of this age"),
    "none": ("", "it has no time"),
    "words": ("Total", "“Total” is not a time"),
}


@pytest.mark.parametrize("form", TIMES)
def test_a_time_that_cannot_be_is_named(tmp_path, form):
    cell, why = TIMES[form]
    path = written(tmp_path, f"time,a\n{T},1\n{T + 60},2\n{cell},3\n".encode())
    found = open_series(path, readers=READERS).read(["a"])
    assert found.series["a"].value.tolist() == [1, 2]
    assert [(each.line, each.why) for each in found.rejected] == [(4, why)]


@pytest.mark.parametrize("form", ["2026-03-29 {}:00", "29.3.2026 {}", "29 Mar 2026 {}:00"])
def test_a_wall_time_that_the_clocks_skip_is_named(tmp_path, form):
    rows = "".join(
        f"{form.format(wall)},{i}\n" for i, wall in enumerate(("01:59", "02:30", "03:00"))
    )
    found = read_whole(written(tmp_path, f"time,a\n{rows}".encode()))
    assert found.series["a"].at_s.tolist() == [1_774_745_940, 1_774_746_000]
    (row,) = found.rejected
    assert (row.line, row.why) == (3, f"the clocks skip “{form.format('02:30')}” in Europe/Berlin")


@pytest.mark.parametrize("form", ["2026-10-25 {}:00", "25.10.2026 {}", "25 Oct 2026 {}:00"])
def test_an_hour_that_comes_twice_is_left_out_and_named(tmp_path, form):
    """Nobody can tell which pass a reading belongs to; laid over each other both would be wrong."""
    walls = ("01:59", "02:00", "02:59", "02:00", "02:59", "03:00")
    rows = "".join(f"{form.format(wall)},{i}\n" for i, wall in enumerate(walls))
    found = read_whole(written(tmp_path, f"time,a\n{rows}".encode()))
    assert found.series["a"].at_s.tolist() == [1_792_886_340, 1_792_893_600]
    assert found.series["a"].value.tolist() == [0, 5]
    assert [row.line for row in found.rejected] == [3, 4, 5, 6]
    told = f"the clocks show “{form.format('02:00')}” twice in Europe/Berlin"
    assert found.rejected[0].why == told
    alone = f"time,a\n{form.format('02:00')},1\n{form.format('02:59')},2\n"
    with pytest.raises(InvalidInput, match="cannot be read") as caught:
        read_whole(written(tmp_path, alone.encode()))
    assert told in caught.value.hint
    with_offsets = "time,a\n2026-10-25T02:30:00+02:00,1\n2026-10-25T02:30:00+01:00,2\n"
    both = read_whole(written(tmp_path, with_offsets.encode())).series["a"]
    assert both.at_s.tolist() == [1_792_888_200, 1_792_891_800]


def test_a_moment_that_comes_twice_is_asked_for_with_its_offset():
    with pytest.raises(InvalidInput, match="show “2026-10-25T02:30” twice") as caught:
        read_moment("2026-10-25T02:30", "Europe/Berlin")
    assert "2026-10-25T02:30+02:00" in caught.value.hint
    assert read_moment("2026-10-25T02:30+01:00", "Europe/Berlin") == 1_792_891_800


def test_fractions_behind_a_comma_are_part_of_the_time(tmp_path):
    found = read_whole(written(tmp_path, b"time;a\n2026-03-18 10:00:00,250;1\n"))
    assert found.series["a"].at_s.tolist() == [T + 0.25]


def test_titles_above_the_table_are_named_and_pass(tmp_path):
    for mark, above in ((",", "Report of web-1\nCreated,2026\n"), (";", "Bericht\n")):
        text = f"{above}time{mark}a\n{T}{mark}1\n{T + 60}{mark}2\nSum{mark}3\n"
        found = read_whole(written(tmp_path, text.encode()))
        assert found.series["a"].value.tolist() == [1, 2]
        titles = above.count("\n")
        assert [each.line for each in found.rejected] == [*range(1, titles + 1), titles + 4]
        assert found.rejected[0].why == "it stands above the table"


NUMBERED = {
    "cores": (
        "time,cpu,load",
        [f"{T + 60 * i},{core},{10 * core + i}" for i in range(9) for core in range(4)],
        "2",
        [20 + i for i in range(9)],
    ),
    "cores of hosts": (
        "time,host,cpu,load",
        [
            f"{T + 60 * i},h{h},{core},{10 * core + i + h}"
            for i in range(9)
            for h in (1, 2)
            for core in range(2)
        ],
        "h2 1",
        [12 + i for i in range(9)],
    ),
}


@pytest.mark.parametrize("form", NUMBERED)
def test_numbers_that_tell_repeated_times_apart_name_series(tmp_path, form):
    header, rows, name, expected = NUMBERED[form]
    found = open_series(written(tmp_path, "\n".join([header, *rows]).encode()), readers=READERS)
    assert found.look(name).value.tolist() == expected


def test_two_files_one_behind_the_other_stay_wide(tmp_path):
    rows = [f"{T + 60 * i},{(i * 7) % 13 + n},{i}" for n in (0, 1) for i in range(9)]
    found = open_series(
        written(tmp_path, "\n".join(["time,users,a", *rows]).encode()), readers=READERS
    )
    assert found.names == ("users", "a")
