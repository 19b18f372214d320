"""Columns read all at once hold what their cells hold, one by one."""

import io

from hypothesis import given
from hypothesis import strategies as st

from app.services.loadtests.files import lines
from app.services.loadtests.files.batch import Labels
from app.services.loadtests.files.cells import Cells, Names

_WIDEST = 18
_digits = st.text(st.sampled_from("0123456789"), max_size=22)
_spoilt = st.tuples(_digits, st.characters(exclude_characters='\n;" '), _digits).map("".join)


def _column(cells: list[bytes]) -> Cells:
    text = b"".join(b"x;" + cell + b"\n" for cell in cells)
    (block,) = lines.blocks(io.BytesIO(text), delimiter=ord(";"), width=2, line=1)
    return block.column(1)


@given(st.lists(_digits | _spoilt, min_size=1, max_size=6))
def test_whole_numbers_are_those_that_the_digits_tell(texts):
    cells = [text.encode() for text in texts]
    values, good = _column(cells).integers()
    fits = [cell.isdigit() and len(cell) <= _WIDEST for cell in cells]
    assert good.tolist() == fits
    assert values[good].tolist() == [
        int(cell) for cell, fit in zip(cells, fits, strict=True) if fit
    ]


@given(st.lists(st.lists(st.text("ab", max_size=20), min_size=1, max_size=5), max_size=3))
def test_every_label_has_the_number_of_its_first_appearance(blocks):
    names, expected = Names(Labels()), Labels()
    for texts in blocks:
        cells = [text.encode() for text in texts]
        numbers = names.numbers(_column(cells)).tolist()
        assert numbers == [expected.number(cell) for cell in cells]
