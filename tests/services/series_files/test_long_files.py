"""Files that are longer than what is looked at: read piece by piece, to the same figures."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.errors import InvalidInput
from app.exports.readers import READERS
from app.services.series_files import csv_rows, csv_text
from app.services.series_files.columns import ColumnPiece
from app.services.series_files.reading import Keep, open_series
from app.tasks import TaskCancelled, TaskContext

NINE_S = 1_773_824_400
LINES = 4000


@pytest.fixture
def short_beginning(monkeypatch):
    monkeypatch.setattr(csv_text, "HEAD_BYTES", 8 << 10)
    monkeypatch.setattr(csv_rows, "_PIECE_ROWS", 300)
    monkeypatch.setattr(csv_text, "BLOCK_BYTES", 4 << 10)


def written(folder, text: str):
    path = folder / "long.csv"
    path.write_text(text)
    return path


def text_of(line, header="time,a,b", n=LINES) -> str:
    return "\n".join([header, *(line(i) for i in range(n)), ""])


FORMS = {
    "seconds": text_of(lambda i: f"{NINE_S + i},{i},{i * 0.1}"),
    "german": text_of(
        lambda i: f"{18 + i // 1440}.03.2026 {i // 60 % 24:02}:{i % 60:02};{i},{i % 10};1.234,5 ms",
        "Zeit;a;b",
    ),
    "wall times": text_of(
        lambda i: f"2026-03-29 {i // 3600:02}:{i // 60 % 60:02}:{i % 60:02},{i},7"
    ),
    "offsets": text_of(lambda i: f"2026-03-18T09:00:00.{i:06}+01:00,{i},1"),
    "date and clock": text_of(
        lambda i: f"2026-03-{i % 28 + 1:02};{i // 60 % 24:02}:{i % 60:02};{i};1", "date;time;a;b"
    ),
    "mixed offsets": text_of(lambda i: f"2026-03-18T09:{i % 60:02}:00+0{i % 3}:00,{i},1"),
    "long": text_of(lambda i: f"{NINE_S + i // 2},{'ab'[i % 2]},{i}", "time,host,value"),
    "gaps": text_of(lambda i: f"{NINE_S + i},{'' if i % 5 else i},{'NaN' if i % 7 else i}"),
    "quoted": text_of(lambda i: f'"{NINE_S + i}";"{i},25";"-{i}"', '"time";"a";"b"'),
    "negative, no decimals, many": text_of(lambda i: f"{NINE_S + i},-{i},{i * 1e-9 / 3!r}"),
    "carriage returns": text_of(lambda i: f"{NINE_S + i},{i},5").replace("\n", "\r\n"),
    "old line ends": text_of(lambda i: f"{NINE_S + i},{i},5").replace("\n", "\r"),
    "comments": text_of(lambda i: f"{NINE_S + i},{i},5" + "\n # note" * (i % 40 == 0)),
    "nothing but delimiters": text_of(lambda i: f"{NINE_S + i},{i},5" if i % 9 else ",,"),
    "quotes over lines": text_of(lambda i: f'{NINE_S + i},{i},"5\n"'),
    "short rows": text_of(lambda i: f"{NINE_S + i},{i}" + (f",{i}" if i % 3 else "")),
}


IRREGULAR = {"short rows", "old line ends", "comments", "quotes over lines"}
"""Which are read by rows, at least in part."""


@pytest.mark.parametrize("form", FORMS)
def test_a_long_file_gives_the_same_series_as_a_short_one(tmp_path, monkeypatch, form):
    path = written(tmp_path, FORMS[form])
    whole = open_series(path, zone="Europe/Berlin", readers=READERS)
    assert whole.is_whole
    monkeypatch.setattr(csv_text, "HEAD_BYTES", 8 << 10)
    monkeypatch.setattr(csv_rows, "_PIECE_ROWS", 300)
    monkeypatch.setattr(csv_text, "BLOCK_BYTES", 4 << 10)
    file = open_series(path, zone="Europe/Berlin", readers=READERS)
    assert (whole.is_whole, file.is_whole, file.names) == (True, False, whole.names)
    found = file.read(whole.names).series
    for name in whole.names:
        for column in ("at_s", "value"):
            ours, theirs = (getattr(each, column) for each in (found[name], whole.look(name)))
            assert np.array_equal(ours, theirs, equal_nan=True), (name, column)
    assert found_by_columns(file) == (form not in IRREGULAR)


def found_by_columns(file) -> bool:
    """Whether every piece behind the beginning was read by columns."""
    pieces = list(file.source.pieces())[1:]
    assert pieces
    return all(isinstance(piece, ColumnPiece) for piece in pieces)


CELLS = st.one_of(
    st.sampled_from(
        ["", "-", "NaN", "inf", "-inf", "1e3", "-0", "+5", ".5", "5.", ".", "--1", "-.5", "1.5.2",
         "123456789012345", "1234567890123456", "0.30000000000000004", "1_000", " 7 ", "\t8",
         '"9"', '"1,5"', "1,5", '"a""b"', 'a"b', '"', "#", "12 %", "µ", "x\r", "\x1c4", "\u00a05"]
    ),
    st.decimals(-10**15, 10**15, allow_nan=False, places=3).map(str),
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
)  # fmt: skip


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(st.tuples(st.one_of(st.just(""), st.none()), CELLS, CELLS), min_size=1, max_size=12),
    st.sampled_from([",", ";", "\t"]),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from(["utf-8", "utf-8-sig", "latin-1", "utf-16"]),
)
def test_any_cells_mean_by_columns_what_they_mean_by_rows(
    tmp_path, short_beginning, odd, delimiter, end, coding
):
    head = [delimiter.join((str(NINE_S + i), "1", "2")) for i in range(900)]
    tail = [
        delimiter.join((str(NINE_S + 900 + i) if when is None else when, *cells))
        for i, (when, *cells) in enumerate(odd)
    ]
    text = end.join([delimiter.join(("time", "a", "b")), *head, *tail, *head[:3]])
    path = tmp_path / "cells.csv"
    path.write_bytes(text.encode(coding, "replace"))
    file = open_series(path, readers=READERS)
    by_columns = file.read(["a", "b"])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_text, "columns_of", lambda *_: None)
        patch.setattr(csv_text, "ends_alone", lambda *_: False)
        by_rows = file.read(["a", "b"])
    assert (by_columns.skipped, by_columns.rejected) == (by_rows.skipped, by_rows.rejected)
    for name in ("a", "b"):
        ours, theirs = by_columns.series[name], by_rows.series[name]
        assert np.array_equal(ours.at_s, theirs.at_s)
        assert ours.value.tobytes() == theirs.value.tobytes(), name


def test_rejected_rows_are_counted_and_the_first_ones_named_with_their_line(
    tmp_path, short_beginning
):
    text = text_of(lambda i: f"{'' if i % 1000 == 500 else NINE_S + i},{i},1")
    found = open_series(written(tmp_path, f"# by hand\n\n{text}"), readers=READERS).read(["a"])
    assert found.skipped == 4
    assert [each.line for each in found.rejected] == [504, 1504, 2504, 3504]
    assert {each.why for each in found.rejected} == {"it has no time"}


def test_only_what_is_of_interest_is_kept_and_the_newest_of_it(tmp_path, short_beginning):
    order = np.random.default_rng(3).permutation(LINES)
    path = written(tmp_path, text_of(lambda i: f"{NINE_S + order[i]},{order[i]},1"))
    file = open_series(path, readers=READERS)
    found = file.read(["a"], Keep(NINE_S + 100, NINE_S + 200))
    assert sorted(found.series["a"].value) == list(range(100, 200))
    assert found.since_s == -np.inf
    found = file.read(["a"], Keep(to_s=NINE_S + 3500, most=1000))
    kept = sorted(found.series["a"].value)
    assert kept == list(range(2500, 3500)), "the newest, without a gap"
    assert found.since_s == NINE_S + kept[0]


def test_reading_tells_how_far_it_is_and_stops_when_asked(tmp_path, short_beginning):
    path = written(tmp_path, FORMS["seconds"])
    file = open_series(path, readers=READERS)
    seen = []
    context = TaskContext(report=seen.append)
    context.MIN_GAP_S = 0
    file.read(["a"], context=context)
    done = [each.done for each in seen]
    assert done == sorted(done)
    assert (done[-1], seen[-1].total) == (path.stat().st_size, path.stat().st_size)
    context.cancel()
    with pytest.raises(TaskCancelled):
        file.read(["a"], context=context)


def test_a_date_that_only_later_could_be_two_is_no_time_rather_than_a_guess(
    tmp_path, short_beginning
):
    text = text_of(
        lambda i: "03/04/2026 09:00,1,1" if i == 3000 else f"2026-03-{i % 28 + 1:02},1,1"
    )
    found = open_series(written(tmp_path, text), readers=READERS).read(["a"])
    assert [(each.line, each.why) for each in found.rejected] == [
        (3002, "“03/04/2026 09:00” is not a time")
    ]


def test_a_line_without_an_end_is_no_row_and_named(tmp_path):
    path = written(tmp_path, "time,a\n1,2\n" + "9" * (2 << 20) + "\n3,4\n" + "8" * (2 << 20))
    found = open_series(path, readers=READERS).read(["a"])
    assert found.series["a"].value.tolist() == [2, 4]
    assert [(each.line, each.why) for each in found.rejected] == [
        (3, "longer than a row may be"), (5, "longer than a row may be")
    ]  # fmt: skip


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    rows=st.lists(
        st.tuples(
            st.integers(0, 4 * 10**9).map(str) | st.sampled_from(["soon", "2026-03-18T09:00Z"]),
            st.floats(allow_nan=False).map(repr)
            | st.sampled_from(["", "1,5", "3 ms", "x", "1'000"]),
        ),
        min_size=20,
        max_size=60,
    )
)
def test_pieces_of_any_size_say_the_same(tmp_path, rows, monkeypatch):
    """Forms are found from the beginning; where that holds all of them, the size says nothing."""
    path = written(tmp_path, "\n".join(["time;a", *(";".join(row) for row in [*rows, *rows])]))
    try:
        whole = open_series(path, readers=READERS)
        monkeypatch.setattr(csv_text, "HEAD_BYTES", 2)
        monkeypatch.setattr(csv_rows, "_PIECE_ROWS", len(rows) + 1)
        piecewise = open_series(path, readers=READERS).read(["a"]).series["a"]
        assert np.array_equal(piecewise.at_s, whole.look("a").at_s)
        assert np.array_equal(piecewise.value, whole.look("a").value, equal_nan=True)
        said = "the same"
    except InvalidInput as error:
        said = str(error)
    finally:
        monkeypatch.undo()
    assert said


def test_series_that_begin_late_are_found_and_told(tmp_path, short_beginning):
    rows = [f"{60 * i},web-{1 + i % 2 if i < 3000 else 3},{i}" for i in range(4000)]
    rows = [row for each in rows for row in (each, each.replace("web", "db"))]
    path = written(tmp_path, "\n".join(["time,host,load", *rows]) + "\n")
    file = open_series(path, readers=READERS)
    assert not file.is_whole
    assert "web-3" not in file.names
    assert file.read(["db-1"]).late == ("web-3", "db-3")
    found = file.with_all_names().read(["web-3"])
    assert found.series["web-3"].value.tolist() == list(range(3000, 4000))
    assert found.late == ()


def test_series_that_stand_one_after_the_other_are_never_laid_over_each_other(
    tmp_path, short_beginning
):
    half = LINES // 2
    text = text_of(
        lambda i: f"{NINE_S + i % half},{'web-1' if i < half else 'web-2'},{i}", "time,host,ms"
    )
    file = open_series(written(tmp_path, text), readers=READERS)
    with pytest.raises(InvalidInput, match="“web-2” begins later") as caught:
        file.read(["ms"])
    assert caught.value.hint == "Choose one of them as the column: “web-1”, “web-2”."
    assert file.may_hold_more
    for n in range(2):
        found = file.with_all_names().read([f"web-{n + 1}"]).series[f"web-{n + 1}"]
        assert found.at_s.tolist() == [NINE_S + i for i in range(half)]
        assert found.value.tolist() == list(range(n * half, (n + 1) * half))


ONE_AFTER_THE_OTHER = {
    "two values": ("time,host,ms,load", lambda h, i: f"{NINE_S + i},web-{h},{h}{i},{i % 7}"),
    "two words": (
        "time,place,host,ms", lambda h, i: f"{NINE_S + i},{'ab'[h // 2]},web-{h % 2},{h}{i}"
    ),
    "numbers of cores": ("time,core,ms", lambda h, i: f"{NINE_S + i},{h},{h}{i}"),
    "a count that differs": (
        "time,host,errors,ms", lambda h, i: f"{NINE_S + i},web-{h},{int(h > 0 and i % 3)},{h}{i}"
    ),
}  # fmt: skip


@pytest.mark.parametrize("form", ONE_AFTER_THE_OTHER)
def test_a_long_file_is_split_into_the_series_of_a_short_one(tmp_path, monkeypatch, form):
    header, line = ONE_AFTER_THE_OTHER[form]
    text = text_of(lambda i: line(i // 1000, i % 1000), header)
    path = written(tmp_path, text)
    whole = open_series(path, readers=READERS)
    monkeypatch.setattr(csv_text, "HEAD_BYTES", 8 << 10)
    monkeypatch.setattr(csv_rows, "_PIECE_ROWS", 300)
    monkeypatch.setattr(csv_text, "BLOCK_BYTES", 4 << 10)
    file = open_series(path, readers=READERS)
    assert (whole.is_whole, file.is_whole) == (True, False)
    with pytest.raises(InvalidInput, match="one after the other"):
        file.read(file.names[-1:])
    file = file.with_all_names()
    assert set(file.names) == set(whole.names)
    assert len(whole.names) >= 4
    found = file.read(whole.names).series
    for name in whole.names:
        assert np.array_equal(found[name].at_s, whole.look(name).at_s), name
        assert np.array_equal(found[name].value, whole.look(name).value), name


@pytest.mark.parametrize(
    ("header", "usual", "other"), [("time,errors,ms", "0", "1"), ("time,state,ms", "up", "down")]
)
@pytest.mark.parametrize("step_s", [1, -1])
def test_what_comes_and_goes_late_in_a_file_is_no_other_series(
    tmp_path, short_beginning, header, usual, other, step_s
):
    text = text_of(
        lambda i: f"{NINE_S + step_s * i},{other if i > 2000 and i % 7 < 3 else usual},{i}", header
    )
    file = open_series(written(tmp_path, text), readers=READERS)
    assert len(file.read(["ms"]).series["ms"].value) == LINES
    assert "ms" in file.with_all_names().names


def test_a_short_series_after_a_long_one_is_not_laid_over_it(tmp_path, short_beginning):
    rows = [f"{NINE_S + i},web-1,{i}" for i in range(3000)]
    rows += [f"{NINE_S + 600 + i},web-2,{i}" for i in range(40)]  # ends within its block
    file = open_series(written(tmp_path, "\n".join(["time,host,ms", *rows, ""])), readers=READERS)
    with pytest.raises(InvalidInput, match="“web-2” begins later"):
        file.read(["ms"])
    found = file.with_all_names().read(["web-2"]).series["web-2"]
    assert found.value.tolist() == list(range(40))


def test_both_series_in_one_block_are_told_apart_where_the_second_ends_later(
    tmp_path, short_beginning, monkeypatch
):
    monkeypatch.setattr(csv_text, "BLOCK_BYTES", 1 << 20)
    rows = [f"{NINE_S + i % 2000},web-{1 + i // 2000},{i}" for i in range(4000)]
    file = open_series(written(tmp_path, "\n".join(["time,host,ms", *rows, ""])), readers=READERS)
    with pytest.raises(InvalidInput, match="“web-2” begins later"):
        file.read(["ms"])


def test_a_number_that_changes_as_time_goes_on_is_no_other_series(tmp_path, short_beginning):
    text = text_of(lambda i: f"{NINE_S + i},{int(i > 3000)},{i}", "time,errors,ms")
    file = open_series(written(tmp_path, text), readers=READERS)
    assert len(file.read(["ms"]).series["ms"].value) == LINES
    assert file.with_all_names().names == ("errors", "ms")


@pytest.mark.parametrize("step_s", [1, -1])
def test_a_state_that_changes_as_time_goes_on_is_no_other_series(tmp_path, short_beginning, step_s):
    text = text_of(
        lambda i: f"{NINE_S + step_s * i},{'up' if i < LINES // 2 else 'down'},{i}", "time,state,ms"
    )
    found = open_series(written(tmp_path, text), readers=READERS).read(["ms"])
    assert len(found.series["ms"].value) == LINES
