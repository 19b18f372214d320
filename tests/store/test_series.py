import json

import numpy as np
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from app.domain.metric import Series
from app.errors import NotFound, StoreError
from app.store.series import pack, unpack

COLUMN = st.integers(0, 50).flatmap(
    lambda n: st.tuples(*(arrays(np.float64, n, elements=st.floats()) for _ in range(2)))
)

HEADER = b'{"format":"changedesk series 1","columns":["at_s","value"],"n":0}\n'


@given(columns=COLUMN)
def test_samples_come_back_bit_for_bit_and_the_same_bytes_each_time(columns):
    series = Series(*columns)
    back = unpack(pack(series))
    assert back.at_s.tobytes() == columns[0].tobytes()
    assert back.value.tobytes() == columns[1].tobytes()
    assert pack(back) == pack(series)


def test_gaps_stay_gaps(store):
    series = Series(np.array([1.0, 2.0, 3.0]), np.array([5.0, np.nan, 7.0]))
    back = store.series.get(store.series.put(series))
    assert np.isnan(back.value[1])
    assert not np.isnan(back.value[[0, 2]]).any()


def test_the_stored_form_can_be_read_without_the_program():
    plain = zstandard.decompress(pack(Series(np.array([1.5]), np.array([2.5]))))
    head, body = plain.split(b"\n", 1)
    assert json.loads(head) == {
        "format": "changedesk series 1",
        "columns": ["at_s", "value"],
        "n": 1,
    }
    assert np.frombuffer(body, "<f8").tolist() == [1.5, 2.5]


def test_columns_of_unequal_length_are_refused():
    with pytest.raises(ValueError, match="equally long"):
        pack(Series(np.array([1.0, 2.0]), np.array([1.0])))


def test_samples_nobody_has_kept_are_not_found(store):
    with pytest.raises(NotFound):
        store.series.get("0" * 64)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"nothing of the kind",
        zstandard.compress(b"no header"),
        zstandard.compress(HEADER.replace(b"1", b"2")),
        zstandard.compress(HEADER.replace(b"0", b"2") + b"too short"),
        zstandard.compress(b"[]\n"),
    ],
)
def test_bytes_that_are_no_samples_are_named(data):
    with pytest.raises(StoreError, match="form this version knows"):
        unpack(data)


@given(at=st.integers(0, 200), bit=st.integers(0, 7))
def test_a_flipped_bit_is_noticed(at, bit):
    data = bytearray(pack(Series(np.arange(100.0), np.random.default_rng(1).normal(size=100))))
    data[at % len(data)] ^= 1 << bit
    try:
        back = unpack(bytes(data))
    except StoreError:
        return
    assert back.at_s.tolist() == list(range(100))
