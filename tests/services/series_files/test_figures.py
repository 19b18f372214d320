"""Figures in the forms of many countries and tools."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.services.series_files.figures import FigureForm


def read_figures(cells, *, comma_is_usual=False):
    return FigureForm.of(cells, comma_is_usual=comma_is_usual).read(cells)


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (["1", "2.5", "-3e2"], [1, 2.5, -300]),
        (["1,5", "2,25"], [1.5, 2.25]),
        (["0,125", "0,500"], [0.125, 0.5]),
        (["1,234", "987", "1,234,567"], [1234, 987, 1234567]),
        (["1,234.5", "12"], [1234.5, 12]),
        (["1.234,5", "1.234"], [1234.5, 1234]),
        (["1'234.5", "12"], [1234.5, 12]),
        (["1 234,5", "12,0"], [1234.5, 12]),
        (["1\u202f234,5", "3"], [1234.5, 3]),
        (["45.2 %", "46%", "0"], [45.2, 46, 0]),
        (["120 ms", "1.2 s", "80ms"], [120, 1200, 80]),
        (["1.5 GiB", "2 GiB", "512 MiB"], [1.5, 2, 0.5]),
        (["1.5 K", "900", "2K"], [1500, 900, 2000]),
        (["−3.5", "+4"], [-3.5, 4]),
        (["12 req/s", "13 req/s"], [12, 13]),
    ],
)
def test_columns_are_read_as_they_were_meant(cells: list[str], values: list[float]) -> None:
    assert read_figures(cells).tolist() == pytest.approx(values)


def test_the_delimiter_decides_what_the_figures_leave_open() -> None:
    assert read_figures(["1,234", "5,678"], comma_is_usual=True).tolist() == [1.234, 5.678]
    assert read_figures(["1,234", "5,678"]).tolist() == [1234, 5678]


def test_units_that_do_not_belong_together_are_left_out() -> None:
    value = read_figures(["10 ms", "20 ms", "30 MB"])
    assert value[:2].tolist() == [10, 20]
    assert math.isnan(value[2])


@pytest.mark.parametrize("cell", ["", "-", "n/a", "inf", "-inf", "error 500 x", "12:30", "1.2.3",
                                  "2026-03-18", "=1+1", "10.0.0.1", "0x1f", "NaN ms"])  # fmt: skip
def test_what_is_no_figure_is_missing_never_zero(cell: str) -> None:
    assert math.isnan(read_figures([cell])[0])


@given(st.lists(st.floats(-1e12, 1e12), min_size=1, max_size=20), st.sampled_from(["us", "de"]))
def test_grouped_figures_are_read_back(values: list[float], country: str) -> None:
    values = [round(value, 2) for value in (*values, 1_234_567.25)]
    cells = [f"{value:,.2f}" for value in values]
    if country == "de":
        swap = str.maketrans(",.", ".,")
        cells = [cell.translate(swap) for cell in cells]
    assert np.allclose(read_figures(cells, comma_is_usual=country == "de"), values, rtol=1e-12)


@given(st.lists(st.text(max_size=30), max_size=8))
def test_no_text_breaks_the_reader(cells: list[str]) -> None:
    assert not np.isinf(read_figures(cells)).any()
