"""Exports as other tools write them: the times, the column that is meant, and its figures."""

import json
from datetime import UTC, datetime

import pytest

from app.exports.readers import READERS
from app.services.series_files.reading import open_series

T = 1_794_880_800
"""2026-11-17 02:00 UTC."""
VALUES = [51.5, 48.25, 50.0]
FORMS = {
    "Windows counters, an hour before UTC": (
        '"(PDH-CSV 4.0) (W. Europe Standard Time)(-60)","CPU"',
        lambda at, x: f'"{at(3600):%m/%d/%Y %H:%M:%S.000}","{x}"',
    ),
    "Windows counters, behind UTC": (
        '"(PDH-CSV 4.0) (Pacific Standard Time)(480)","CPU"',
        lambda at, x: f'"{at(-480 * 60):%m/%d/%Y %H:%M:%S.000}","{x}"',
    ),
    "Windows counters of India": (
        '"(PDH-TSV 4.0) (India Standard Time)(-330)"\t"CPU"',
        lambda at, x: f'"{at(330 * 60):%m/%d/%Y %H:%M:%S.000}"\t"{x}"',
    ),
    "sadf of one processor": (
        "# hostname;interval;timestamp;CPU;%user;%idle",
        lambda at, x: f"web01;60;{at():%Y-%m-%d %H:%M:%S} UTC;-1;{x};{100 - x}",
    ),
    "name, time and value without a header": (
        None,
        lambda at, x: f"cpu,{at():%Y-%m-%d %H:%M:%S},{x}",
    ),
    "items by number": (
        "itemid,clock,value,ns",
        lambda at, x: f"23296,{at().timestamp():.0f},{x},{int(x * 4e6)}",
    ),
    "the end of each interval": (
        "Begin time seconds,End time seconds,Average duration",
        lambda at, x: f"{at().timestamp():.0f},{at(60).timestamp():.0f},{x}",
    ),
    "words before the values": (
        "metric,timestamp,value",
        lambda at, x: f"up,{at().timestamp():.0f},{x}",
    ),
    "a flat first column": ("time,period,load", lambda at, x: f"{at().timestamp():.0f},300,{x}"),
    "notes above": (
        "# web-01\n# of 17 November\ntime;cpu;memory",
        lambda at, x: f"{at().timestamp():.0f};{x};7",
    ),
}


def written(folder, text: str):
    path = folder / "export"
    path.write_text(text)
    return open_series(path, readers=READERS)


@pytest.mark.parametrize("form", FORMS)
def test_the_column_that_is_meant_has_its_figures_at_their_times(tmp_path, form):
    header, line = FORMS[form]

    def moment(n):
        return lambda more_s=0: datetime.fromtimestamp(T + 60 * n + more_s, UTC)

    rows = [line(moment(n), x) for n, x in enumerate(VALUES)]
    file = written(tmp_path, "\n".join([*([header] if header else []), *rows, ""]))
    found = file.look(file.usual)
    assert found.value.tolist() == VALUES, file.names
    assert found.at_s.tolist() == [T, T + 60, T + 120]


def test_cloudwatch_gives_times_and_values_in_lists_of_their_own(tmp_path):
    at = [f"2026-11-17T02:0{n}:00+00:00" for n in range(3)]
    both = [
        {"Id": f"m{n}", "Label": name, "Timestamps": at[::-1], "Values": values[::-1]}
        for n, (name, values) in enumerate((("CPU", VALUES), ("Net", [1.0, 2.0, 3.0])))
    ]
    file = written(tmp_path, json.dumps({"MetricDataResults": both, "Messages": []}))
    assert file.names == ("CPU", "Net")
    found = file.look("CPU")
    assert dict(zip(found.at_s.tolist(), found.value.tolist(), strict=True)) == {
        T: 51.5, T + 60: 48.25, T + 120: 50.0
    }  # fmt: skip


def test_a_column_that_stands_still_is_meant_where_no_other_moves(tmp_path):
    assert written(tmp_path, f"time,a,b\n{T},5,7\n{T + 60},5,7\n").usual == "a"
