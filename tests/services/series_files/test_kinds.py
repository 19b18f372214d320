"""The same series from files of every kind: long, JSON, workbooks."""

import io
import json
import zipfile
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from app import unpacking
from app.errors import InvalidInput
from tests.services.series_files.tables import opened

NINE_S = 1_773_824_400.0
TIMES = [NINE_S, NINE_S + 60.0, NINE_S + 120.0]
SERIES = {"web-1": [1.0, 2.0, 3.0], "web-2": [10.0, 20.0, 30.0]}


def long_text() -> str:
    rows = [
        f"{datetime.fromtimestamp(at, UTC):%Y-%m-%dT%H:%M:%SZ},{name},{values[i]}"
        for i, at in enumerate(TIMES)
        for name, values in SERIES.items()
    ]
    return "\n".join(["time,host,value", *rows])


def prometheus() -> str:
    result = [
        {
            "metric": {"__name__": "up", "instance": name},
            "values": [[at, str(v)] for at, v in zip(TIMES, values, strict=True)],
        }
        for name, values in SERIES.items()
    ]
    answer = {"status": "success", "data": {"resultType": "matrix", "result": result}}
    return json.dumps(answer)


def graphite() -> str:
    return json.dumps(
        [
            {"target": name, "datapoints": [[v, at] for at, v in zip(TIMES, values, strict=True)]}
            for name, values in SERIES.items()
        ]
    )


def datadog() -> str:
    return json.dumps(
        {
            "series": [
                {
                    "expression": name,
                    "pointlist": [[at * 1000, v] for at, v in zip(TIMES, values, strict=True)],
                }
                for name, values in SERIES.items()
            ]
        }
    )


def records() -> list[dict[str, object]]:
    return [
        {"time": at, **{name: values[i] for name, values in SERIES.items()}}
        for i, at in enumerate(TIMES)
    ]


def workbook(rows: list[list[object]]) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (long_text(), ("web-1", "web-2")),
        (prometheus(), ("up{instance=web-1}", "up{instance=web-2}")),
        (graphite(), ("web-1", "web-2")),
        (datadog(), ("web-1", "web-2")),
        (json.dumps(records()), ("web-1", "web-2")),
        (json.dumps({"rows": records()}), ("web-1", "web-2")),
        ("\n".join(json.dumps(each) for each in records()), ("web-1", "web-2")),
    ],
)
def test_two_series_are_told_apart(text: str, names: tuple[str, ...]) -> None:
    table = opened(text.encode())
    assert table.names == names
    for name, values in zip(names, SERIES.values(), strict=True):
        found = table.look(name)
        assert (found.at_s.tolist(), found.value.tolist()) == (TIMES, values)


def test_a_workbook_is_read_as_it_was_saved() -> None:
    start = datetime(2026, 3, 18, 9)
    rows = [
        ["When", "web-1", "note", "web-2"],
        *([start + timedelta(minutes=i), SERIES["web-1"][i], "", f"=10*{i + 1}"] for i in range(3)),
    ]
    table = opened(workbook(rows))
    assert table.head.at_s.tolist() == TIMES
    assert table.look("web-1").value.tolist() == SERIES["web-1"]
    with pytest.raises(InvalidInput, match="no numbers"):  # a formula that was never calculated
        table.look("web-2")


def test_a_workbook_that_unpacks_to_terabytes_is_not_opened(monkeypatch) -> None:
    monkeypatch.setattr("app.exports.sheets._MOST_BYTES", 1000)
    with pytest.raises(InvalidInput, match="unpacks to more"):
        opened(workbook([["time", "a"], [1, 2]]))


def test_a_part_of_a_workbook_that_is_a_bomb_is_not_unpacked(monkeypatch) -> None:
    monkeypatch.setattr(unpacking, "FREE_BYTES", 1 << 20)
    data = io.BytesIO(workbook([["time", "a"], [1, 2]]))
    with zipfile.ZipFile(data, "a", zipfile.ZIP_DEFLATED, compresslevel=9) as parts:
        parts.writestr("xl/media/more.xml", bytes(8 << 20))
    with pytest.raises(InvalidInput, match="more than can be meant"):
        opened(data.getvalue())


def test_what_is_no_workbook_is_named() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as parts:
        parts.writestr("xl/workbook.xml", "<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>")
    for data in (b"PK\x03\x04 and nothing else", out.getvalue()):
        with pytest.raises(InvalidInput, match="not a workbook"):
            opened(data)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "not JSON"),
        ("{}", "holds no series"),
        ("[]", "holds no series"),
        ("[1, 2]", "holds no series"),
        ('{"status": "error", "error": "query timed out"}', "query timed out"),
        ('{"data": {"result": []}}', "holds no series"),
        ('{"data": {"result": [{"metric": {}, "values": "no"}]}}', "holds no series"),
        ('[{"a": 1}]', "no column of values"),
        ("[" * 100_000, "holds no series"),
    ],
)
def test_json_without_series_is_named(text: str, words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        opened(text.encode())


def test_rows_of_one_label_and_of_other_words_stay_wide() -> None:
    text = "time,host,value\n1,a,5\n2,a,6\n3,a,7\n"
    assert opened(text.encode()).names == ("host", "value")
    text = "time,state,value\n1,ok,5\n2,failed,6\n3,ok,7\n"
    assert opened(text.encode()).look("value").value.tolist() == [5, 6, 7]


def test_a_date_and_a_time_of_day_belong_together() -> None:
    table = opened(b"Date;Time;Load\n18.03.2026;09:00:00;1,5\n18.03.2026;09:01:00;2,5\n")
    assert table.head.at_s.tolist() == TIMES[:2]
    assert table.look("Load").value.tolist() == [1.5, 2.5]


def test_rejected_rows_have_a_line_and_a_reason() -> None:
    table = opened(b"time,a\n1,2\nsoon,3\n,4\n5,6\n6,7\n7,8\n")
    assert [(each.line, each.why) for each in table.head.rejected] == [
        (3, "“soon” is not a time"),
        (4, "it has no time"),
    ]


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(max_size=8),
                    lambda inner: st.lists(inner, max_size=4)
                    | st.dictionaries(st.sampled_from(["data", "result", "metric", "values",
                                                       "series", "time", "a"]), inner, max_size=4),
                    max_leaves=20))  # fmt: skip
def test_no_json_breaks_the_reader(found: object) -> None:
    try:
        table = opened(json.dumps([found]).encode())
        for name in table.names:
            table.look(name)
    except InvalidInput:
        pass


def test_rows_of_a_workbook_keep_the_numbers_of_the_sheet() -> None:
    book, data = Workbook(), io.BytesIO()
    for row in (["Report"], [], ["time", "a"], [NINE_S, 1], [], ["soon", 2], [NINE_S + 60, 3]):
        book.active.append(row)
    book.save(data)
    table = opened(data.getvalue())
    assert table.look("a").value.tolist() == [1, 3]
    assert [(each.line, each.why) for each in table.head.rejected] == [
        (1, "it stands above the table"), (6, "“soon” is not a time")
    ]  # fmt: skip


def test_a_cover_page_before_the_sheet_with_samples_is_passed_over() -> None:
    book, data = Workbook(), io.BytesIO()
    for row in (["Report", "September 2026"], ["Version", 1.2]):
        book.active.append(row)
    sheet = book.create_sheet("Data")
    for row in (["time", "a", "remark"], [NINE_S, "1,5", None], [NINE_S + 60, "3,25", None]):
        sheet.append(row)
    book.create_sheet("Notes").append(["nothing"])
    book.save(data)
    assert opened(data.getvalue()).look("a").value.tolist() == [1.5, 3.25]
