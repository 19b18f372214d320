"""Rows and cells are cut as the csv module cuts them, whatever stands in quotes."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.services.loadtests.files import lines

_cell = st.text(st.sampled_from('ab;"\n'), max_size=6)


@st.composite
def _tables(draw: st.DrawFn) -> tuple[int, list[list[str]]]:
    width = draw(st.integers(1, 4))
    row = st.lists(_cell, min_size=width, max_size=width)
    return width, draw(st.lists(row, min_size=1, max_size=8))


def _cut(text: bytes, width: int) -> tuple[list[list[str]], list[int]]:
    rows: list[list[str]] = []
    rejected: list[int] = []
    for block in lines.blocks(io.BytesIO(text), delimiter=ord(";"), width=width, line=1):
        columns = [block.column(index) for index in range(width)]
        rows += [[column.raw(row).decode() for column in columns] for row in range(len(block))]
        rejected += (each.line for each in block.rejected)
    return rows, rejected


@given(
    _tables(), st.sampled_from((16, 64, 1 << 20)), st.booleans(), st.sampled_from(("\n", "\r\n"))
)
def test_cells_are_those_that_were_written(table, size, all_quoted, line_end):
    width, rows = table
    file = io.StringIO()
    quoting = csv.QUOTE_ALL if all_quoted else csv.QUOTE_MINIMAL
    csv.writer(file, delimiter=";", lineterminator=line_end, quoting=quoting).writerows(rows)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(lines, "BLOCK_BYTES", size)
        assert _cut(file.getvalue().encode(), width) == (rows, [])


@pytest.mark.parametrize(
    ("text", "width", "rows", "rejected"),
    [
        (b"a\n\nb;c\nd", 1, [["a"], ["d"]], [3]),
        (b"a;b\nc\nd;e\n", 2, [["a", "b"], ["d", "e"]], [2]),
        (b'a;"b;c\nd;"e;f"\n', 2, [["d", "e;f"]], [1]),
    ],
    ids=["one column", "a row too short", "a quote that stays open"],
)
def test_rows_of_another_width_are_named_and_the_others_kept(text, width, rows, rejected):
    assert _cut(text, width) == (rows, rejected)
