"""Parquet files as other tools write them, and as nobody should."""

from pathlib import Path

import duckdb
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.errors import InvalidInput
from app.exports import parquet
from app.exports.parquet import ParquetFile
from app.exports.readers import READERS
from app.services.series_files.reading import open_series

NINE_S = 1_773_824_400.0
"""2026-03-18 09:00 UTC."""
START = "TIMESTAMP '2026-03-18 09:00:00'"


def written(path: Path, select: str, options: str = "") -> Path:
    with duckdb.connect() as engine:
        engine.execute(f"COPY ({select}) TO '{path}' (FORMAT parquet{options})")
    return path


@pytest.mark.parametrize(
    "time",
    [
        f"{START} + INTERVAL (i) MINUTE",
        f"({START} + INTERVAL (i) MINUTE) AT TIME ZONE 'UTC'",
        f"({START} + INTERVAL (i) MINUTE)::TIMESTAMP_NS",
        f"({START} + INTERVAL (i) MINUTE)::TIMESTAMP_MS",
        f"{NINE_S:.0f} + 60 * i",
        f"({NINE_S:.0f} + 60 * i) * 1000",
        f"{NINE_S}::DOUBLE + 60 * i",
        f"strftime({START} + INTERVAL (i) MINUTE, '%d.%m.%Y %H:%M')",
    ],
)
@pytest.mark.parametrize("value", ["i * 0.5::DOUBLE", "(i * 0.5)::DECIMAL(9, 2)", "i::FLOAT / 2"])
def test_times_and_figures_of_every_type_are_read(tmp_path, time, value):
    path = written(tmp_path / "a", f"SELECT {time} AS time, {value} AS cpu FROM range(5) t(i)")
    found = open_series(path, readers=READERS).look("cpu")
    assert found.at_s.tolist() == [NINE_S + 60 * i for i in range(5)]
    assert found.value.tolist() == [0, 0.5, 1, 1.5, 2]


def test_times_without_a_zone_are_meant_in_the_chosen_one(tmp_path):
    path = written(tmp_path / "a", f"SELECT {START} AS t, 1 AS v UNION ALL SELECT {START}, 2")
    at_s = open_series(path, zone="Europe/Berlin", readers=READERS).head.at_s
    assert at_s[0] == NINE_S - 3600


def test_long_tables_gaps_and_flags_are_read_as_from_text(tmp_path):
    path = written(
        tmp_path / "a",
        f"SELECT {START} + INTERVAL (i) MINUTE AS ts, 'web-' || h AS host, "
        "CASE WHEN i = 1 THEN NULL ELSE 10.0 * i + h END AS load, [1, 2] AS list "
        "FROM range(4) t(i), range(2) u(h) ORDER BY i, h",
    )
    file = open_series(path, readers=READERS)
    assert file.names == ("web-0", "web-1")
    value = file.look("web-1").value
    assert np.isnan(value[1])
    assert value[[0, 2, 3]].tolist() == [1, 21, 31]
    flags = written(tmp_path / "b", "SELECT i AS ts, i % 2 = 0 AS up FROM range(3) t(i)")
    assert open_series(flags, readers=READERS).look("up").value.tolist() == [1, 0, 1]


def test_rows_without_a_time_are_named_by_their_number(tmp_path):
    path = written(
        tmp_path / "a",
        "SELECT CASE WHEN i = 2 THEN NULL ELSE i END AS ts, i AS v FROM range(9) t(i)",
    )
    head = open_series(path, readers=READERS).head
    assert [(each.line, each.why) for each in head.rejected] == [(3, "it has no time")]


def test_a_long_file_is_read_piece_by_piece_to_the_same_series(tmp_path, monkeypatch):
    path = written(
        tmp_path / "a",
        "SELECT i AS ts, 'words' AS w, hash(i) % 1000 AS v, i AS u FROM range(20000) t(i)",
    )
    whole = open_series(path, readers=READERS)
    monkeypatch.setattr(parquet, "_HEAD_CELLS", 8000)
    monkeypatch.setattr(parquet, "_PIECE_CELLS", 4000)
    file = open_series(path, readers=READERS)
    assert (whole.is_whole, file.is_whole) == (True, False)
    assert file.share == pytest.approx(0.1, rel=0.01)
    found = file.read(["v", "u"]).series
    for name in ("v", "u"):
        assert found[name].at_s.tolist() == whole.look(name).at_s.tolist()
        assert found[name].value.tolist() == whole.look(name).value.tolist()


def test_names_that_look_like_patterns_open_their_own_file_only(tmp_path):
    written(tmp_path / "b1", "SELECT 1 AS ts, 5 AS secret")
    own = tmp_path / "own"
    written(own, "SELECT 1 AS ts, 2 AS v")
    path = own.rename(tmp_path / "b[1]*?'; --")
    assert open_series(path, readers=READERS).names == ("v",)
    path.unlink()
    with pytest.raises(InvalidInput):
        ParquetFile.of(tmp_path / "b?")


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM read_parquet('https://127.0.0.1:1/a.parquet')",
        "INSTALL httpfs",
        "LOAD httpfs",
        "ATTACH '/tmp/never.db'",
        "COPY (SELECT 1) TO '/tmp/never.csv'",
        "SET memory_limit = '99GB'",
        "SET enable_external_access = true",
    ],
)
def test_the_engine_can_do_nothing_but_read_the_file(tmp_path, query):
    path = written(tmp_path / "a", "SELECT 1 AS ts, 2 AS v")
    with pytest.raises(InvalidInput, match="no Parquet file"), parquet._engine(path) as (engine, _):
        engine.execute(query)


def test_texts_of_absurd_length_are_cut(tmp_path):
    select = "SELECT i AS ts, repeat('x', 10000000) AS w, i AS v FROM range(50) t(i)"
    file = open_series(written(tmp_path / "a", select), readers=READERS)
    assert file.look("v").value.tolist() == list(range(50))
    assert max(len(row[1]) for row in file.head.rows) == 256


def test_what_is_no_table_of_figures_is_named(tmp_path):
    nested = written(tmp_path / "a", "SELECT [1] AS list, {'a': 1} AS pair")
    with pytest.raises(InvalidInput, match="no table of times"):
        open_series(nested, readers=READERS)
    cut = tmp_path / "cut"
    cut.write_bytes(written(tmp_path / "b", "SELECT 1 AS ts, 2 AS v").read_bytes()[:-20])
    for path in (cut, tmp_path / "nothing"):
        with pytest.raises(InvalidInput, match=path.name):
            open_series(path, readers=READERS)
    coded = tmp_path / "coded"
    coded.write_bytes(b"PARE" + bytes(100) + b"PARE")
    with pytest.raises(InvalidInput, match="coded is no Parquet file"):
        open_series(coded, readers=READERS)


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> bytes:
    select = "SELECT i AS ts, i * 1.5 AS v, 'web-' || (i % 3) AS host FROM range(3000) t(i)"
    folder = tmp_path_factory.mktemp("parquet")
    return written(folder / "a", select, ", COMPRESSION zstd, ROW_GROUP_SIZE 2048").read_bytes()


@settings(max_examples=150, deadline=None)
@given(
    places=st.lists(st.integers(0, 10**9), min_size=1, max_size=4),
    value=st.integers(0, 255),
    cut=st.none() | st.integers(0, 10**9),
)
def test_damaged_files_are_refused_in_words_or_read(whole, tmp_path_factory, places, value, cut):
    data = bytearray(whole)
    for place in places:
        data[4 + place % (len(data) - 4)] = value
    path = tmp_path_factory.getbasetemp() / "damaged"
    path.write_bytes(bytes(data if cut is None else data[: 4 + cut % len(data)]))
    try:
        file = open_series(path, readers=READERS)
        outcome = [len(file.look(name).value) for name in file.names]
    except InvalidInput as error:
        outcome = str(error)
    assert outcome
