"""Results as nobody made them for us, through the command line, beside figures of our own making.

Every file is written from known samples; what the command answers is compared with Python's
`statistics` over them, and every row that is left out must be named with its line and a reason.
"""

import contextlib
import gzip
import io
import json
import math
import re
import statistics
import subprocess
import sys
from dataclasses import replace

import pytest

from app.__main__ import main
from tests.loadtests.jtl import BEGIN_MS, HEADER, Sample, as_csv, as_xml, element, run

SAMPLES = [
    *(replace(each, label="shop") for each in run(23, bad=5)),
    *(replace(each, label='pay, "now"') for each in run(8, base=300)),
]
TEXT = as_csv(SAMPLES).decode()
LAST = TEXT.count("\n") + 1
HOSTILE = (
    'a,b;c\td', 'say "no"', "two\nlines", "=cmd|' /C calc'!A0", "<script>alert(1)</script>",
    "\x1b[31mred\x1b[0m", "a\x00b", "\u202eevil", "%s{0}$(id)", "x" * 499,
)  # fmt: skip
XML_HEAD = '<?xml version="1.0" encoding="{}"?>\n<testResults version="1.2">\n'
XML_ROWS = "\n".join(element(each) for each in SAMPLES) + "\n</testResults>\n"


def edited(*changes: tuple[int, str]) -> str:
    """Return the text with rows put in before a line (from 1)."""
    rows = TEXT.splitlines(keepends=True)
    for line, row in sorted(changes, reverse=True):
        rows.insert(line - 1, row + "\n")
    return "".join(rows)


def row(**cells: str) -> str:
    """Return a row of which some cells are other than usual."""
    return ",".join((Sample(BEGIN_MS, 5).cells | cells)[name] for name in HEADER)


def dropped(name: str) -> str:
    """Return the text without a column."""
    columns = [each for each in HEADER if each != name]
    return as_csv(SAMPLES, columns=columns).decode()


WHOLE = {
    "as JMeter writes it": TEXT.encode(),
    "byte order mark": TEXT.encode("utf-8-sig"),
    "UTF-16": TEXT.encode("utf-16"),
    "Windows line ends": TEXT.replace("\n", "\r\n").encode(),
    "old line ends": TEXT.replace(",\n", ", ").replace("\n", "\r").encode(),
    "gzip": gzip.compress(TEXT.encode()),
    "gzip of two parts": gzip.compress(TEXT[:400].encode()) + gzip.compress(TEXT[400:].encode()),
    "comments above": ("# run 7\nsep=,\n\n" + TEXT).encode(),
    "several headers": (TEXT + as_csv([]).decode()).encode(),
    "quotes around every cell": re.sub(
        r'(?m)^([^"\n]+)$', lambda line: ",".join(f'"{c}"' for c in line[1].split(",")), TEXT
    ).encode(),
    "without “success”": dropped("success").encode(),
    "microseconds": as_csv(SAMPLES, time=lambda ms: f"{ms}000"),
    "nanoseconds": as_csv(SAMPLES, time=lambda ms: f"{ms}000000"),
    "XML": as_xml(SAMPLES),
    "XML in UTF-16": (XML_HEAD.format("UTF-16") + XML_ROWS).encode("utf-16"),
    "XML in Latin-1": (XML_HEAD.format("ISO-8859-1") + XML_ROWS).encode("latin-1"),
    "XML in a code that is none": (XML_HEAD.format("hex") + XML_ROWS).encode(),
    "XML with words for outcomes": as_xml(SAMPLES).replace(b's="true"', b's="TRUE"'),
}  # fmt: skip
NO_TIME = "the time cannot be read, or the clocks skip it or show it twice"
NO_NUMBER = "the response time is no number"
TOO_LONG = "the response time is longer than twelve days"
NO_TIMES = ("-5", "0", "", "noon", "9" * 25, "18448539073709551")
"""The last one is a time of today, if thousandths of it are counted in 64 bits."""
WITH_REJECTS = {
    "durations that are none": (
        edited(*((4, row(elapsed=each)) for each in ("-5", "NaN", "inf", "", "9" * 30))),
        [(line, NO_NUMBER) for line in range(4, 9)],
    ),
    "durations of years": (edited((2, row(elapsed="9" * 17))), [(2, TOO_LONG)]),
    "times that are none": (
        edited(*((4, row(timeStamp=each)) for each in NO_TIMES)),
        [(line, NO_TIME) for line in range(4, 10)],
    ),
    "outcomes that are none": (
        edited((5, row(success="")), (5, row(success="perhaps"))),
        [(line, "“success” is neither true nor false") for line in (5, 6)],
    ),
    "a total below": (TEXT + "TOTAL,31" + "," * 15 + "\n", [(LAST, NO_TIME)]),
    "a row longer than memory": (
        edited((7, row(responseMessage="y" * 3_000_000))), [(7, "longer than a row may be")]
    ),
    "a row without an end": (
        TEXT + "1," * 1_500_000, [(LAST, "longer than a row may be")]
    ),
    "lines above the header": (
        "Report of web-1\nCreated 2026-03-18\n" + TEXT,
        [(1, "it stands above the header"), (2, "it stands above the header")],
    ),
    "the last row cut off": (
        TEXT + row()[:40], [(LAST, "the last line is cut off")]
    ),
    "a comment in the middle": (edited((8, "# restarted")), [(8, "1 cells instead of 17")]),
}  # fmt: skip


def percentile(values: list[int], share: float) -> float:
    """Return JMeter's percentile: position p·(n+1), within the smallest and the largest."""
    values = sorted(values)
    at = share * (len(values) + 1)
    if not 1 <= at < len(values):
        return float(values[0] if at < 1 else values[-1])
    below = math.floor(at)
    return values[below - 1] + (at - below) * (values[below] - values[below - 1])


def facts(samples: list[Sample]) -> dict[str, object]:
    took = [each.took_ms for each in samples]
    ends = [each.at_ms + each.took_ms for each in samples]
    seconds = (max(ends) - min(each.at_ms for each in samples)) / 1000
    return {
        "samples": len(samples),
        "errors": sum(not each.ok for each in samples),
        "mean_ms": pytest.approx(statistics.fmean(took), rel=1e-12),
        "min_ms": min(took),
        "max_ms": max(took),
        **{f"p{p}_ms": pytest.approx(percentile(took, p / 100)) for p in (50, 90, 95, 99)},
        "rate_per_s": pytest.approx(len(samples) / seconds),
    }


def asked(*words: object) -> tuple[dict[str, object], list[str]]:
    """Return the answer as strict JSON, and what was said beside it."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(["loadtest", *map(str, words), "--json"])
    assert code == 0, err.getvalue()
    data = json.loads(out.getvalue(), parse_constant=lambda name: pytest.fail(f"{name} in JSON"))
    return data, err.getvalue().splitlines()


def assert_right(data: dict[str, object], samples: list[Sample]) -> None:
    labels = list(dict.fromkeys(each.label for each in samples))
    assert [each["label"] for each in data["labels"]] == labels
    for found, label in zip(data["labels"], labels, strict=True):
        own = [each for each in samples if each.label == label]
        assert {name: found[name] for name in facts(own)} == facts(own), label
    assert data["samples"] == len(samples)
    assert data["errors"] == sum(not each.ok for each in samples)


@pytest.mark.parametrize("form", WHOLE)
def test_every_form_gives_the_figures_of_its_samples(tmp_path, form):
    path = tmp_path / "results"
    path.write_bytes(WHOLE[form])
    data, _said = asked("summary", path)
    assert_right(data, SAMPLES)
    assert data["rejected_rows"] == 0
    assert data["start"] == "2026-11-18T11:06:40+00:00"


@pytest.mark.parametrize("form", WITH_REJECTS)
def test_every_row_that_is_left_out_is_named(tmp_path, form):
    text, rejected = WITH_REJECTS[form]
    path = tmp_path / "results"
    path.write_text(text)
    data, said = asked("summary", path)
    assert_right(data, SAMPLES)
    assert data["rejected_rows"] == len(rejected)
    for line, why in rejected:
        assert f"Line {line} was rejected: {why}." in said


def test_hostile_labels_are_told_as_they_are(tmp_path):
    samples = [Sample(BEGIN_MS + i, 10 + i, label) for i, label in enumerate(HOSTILE)]
    path = tmp_path / "results"
    path.write_bytes(as_csv(samples))
    assert_right(asked("summary", path)[0], samples)


@pytest.mark.parametrize(
    ("dates", "start"),
    [
        (("2026-03-29 {}", "29 Mar 2026 {}"), "2026-03-29T00:30:00+00:00"),
        (("2026-10-25 {}", "25 Oct 2026 {}"), "2026-10-24T23:30:00+00:00"),
    ],
)
def test_a_time_that_the_clocks_skip_or_show_twice_is_left_out_and_named(tmp_path, dates, start):
    walls = ("01:30:00", "02:30:00", "03:30:00")
    path = tmp_path / "results"
    for form in dates:
        rows = "\n".join(row(timeStamp=form.format(wall)) for wall in walls)
        path.write_text(f"{','.join(HEADER)}\n{rows}\n")
        data, said = asked("summary", path, "--zone", "Europe/Berlin")
        assert (data["samples"], data["rejected_rows"]) == (2, 1), form
        assert data["start"] == start
        assert f"Line 3 was rejected: {NO_TIME}." in said


def test_xml_rejects_what_csv_rejects(tmp_path):
    odd = [
        {"t": "-5"}, {"t": "²"}, {"t": "9" * 30}, {"t": ""}, {"t": "9" * 14}, {"ts": "²"},
        {"ts": "9" * 30}, {"s": "perhaps"},
    ]  # fmt: skip
    usual = {"t": "5", "ts": str(BEGIN_MS), "s": "true", "lb": "odd"}
    rows = "\n".join(
        "<sample " + " ".join(f'{k}="{v}"' for k, v in (usual | each).items()) + "/>"
        for each in odd
    )
    path = tmp_path / "results"
    path.write_text(f"<testResults>\n{rows}\n{XML_ROWS}", encoding="utf-8")
    data, said = asked("summary", path)
    assert_right(data, SAMPLES)
    assert data["rejected_rows"] == len(odd)
    assert f"Line 6 was rejected: {TOO_LONG}." in said


K6_HEAD = "metric_name,timestamp,metric_value,expected_response,name,status\n"
LOCUST_HEAD = "Type,Name,Request Count,Failure Count,Average Response Time,Requests/s,50%\n"


def test_k6_counts_requests_only_wherever_they_begin(tmp_path, monkeypatch):
    monkeypatch.setattr("app.services.loadtests.files.lines.BLOCK_BYTES", 4096)
    other = "".join(f"vus,{BEGIN_MS // 1000 + i},1,,,\n" for i in range(1000))
    took = [10.25, 20.5, 30.75]
    requests = "".join(
        f"http_req_duration,{BEGIN_MS // 1000},{each},{each < 30},http://x/,200\n".lower()
        for each in took
    )
    path = tmp_path / "k6.csv"
    path.write_text(K6_HEAD + other + requests)
    (label,) = asked("summary", path)[0]["labels"]
    assert (label["samples"], label["errors"]) == (3, 1)
    assert label["mean_ms"] == pytest.approx(statistics.fmean(took))
    path.write_text(K6_HEAD + other)
    assert main(["loadtest", "summary", str(path)]) == 2


def test_counts_that_cannot_be_are_named(tmp_path):
    path = tmp_path / "stats.csv"
    bad = "GET,/a,inf,nan,1,1,1\nGET,/b,-5,1,1,1,1\nGET,/c,5,9,1,1,1\n"
    path.write_text(f"{LOCUST_HEAD}{bad}GET,/d,10,2,nan,inf,7\n")
    data, said = asked("summary", path)
    assert [(each["label"], each["samples"], each["mean_ms"]) for each in data["labels"]] == [
        ("GET /d", 10, None)
    ]  # fmt: skip
    assert [line for line in said if "rejected" in line] == [
        f"Line {n} was rejected: no counts of requests and failures." for n in (2, 3, 4)
    ]


def test_gatling_and_loadrunner_name_what_is_no_figure(tmp_path):
    path = tmp_path / "results"
    good = f"REQUEST\t1\t\tbuy\t{BEGIN_MS}\t{BEGIN_MS + 40}\tOK\t \n"
    path.write_text(f"RUN\ta\ta\t1\t \t3.3\nREQUEST\t1\t\tbuy\t5\t{10**25}\tOK\t \n{good}")
    data, said = asked("summary", path)
    assert (data["samples"], data["rejected_rows"]) == (1, 1)
    assert "Line 2 was rejected: no request with a start, an end and OK or KO." in said
    path.write_text(
        '<Runs><General><Transactions><Transaction Name="a" Pass="many" Fail="1"/>'
        '<Transaction Name="b" Pass="5" Fail="1"/></Transactions></General></Runs>'
    )
    data, said = asked("summary", path)
    assert (data["samples"], data["errors"], data["rejected_rows"]) == (6, 1, 1)
    assert "the counts of transaction “a” are no numbers" in "\n".join(said)
    cells = {"Transaction Name": "x", "Average": "nan", "Minimum": "1e400", "Pass": "5", "Fail": ""}
    page = "".join(f'<td headers="Lra{name}">{cell}</td>' for name, cell in cells.items())
    path.write_text(f"<html><table><tr>{page}</tr></table></html>")
    (label,) = asked("summary", path)[0]["labels"]
    assert (label["samples"], label["mean_ms"], label["min_ms"]) == (5, None, None)


def test_the_command_as_it_is_installed_answers_in_the_same_way(tmp_path):
    path = tmp_path / "results"
    path.write_bytes(WHOLE["old line ends"])
    words = [sys.executable, "-m", "app", "loadtest", "summary", "-", "--json"]
    with path.open("rb") as file:
        done = subprocess.run(words, stdin=file, capture_output=True, text=True, check=True)
    assert_right(json.loads(done.stdout), SAMPLES)


AB = "starttime\tseconds\tctime\tdtime\tttime\twait\n" + "".join(
    f"Tue Nov 17 02:00:00 2026\t{BEGIN_MS // 1000 + n}\t1\t{took - 1}\t{took}\t{took - 2}\n"
    for n, took in enumerate(range(40, 80))
)


def test_ab_gives_the_whole_time_of_each_request_and_no_outcome(tmp_path, capsys):
    path = tmp_path / "ab.tsv"
    path.write_text(AB)
    assert main(["loadtest", "summary", str(path), "--json"]) == 0
    said = capsys.readouterr()
    data = json.loads(said.out)
    (label,) = data["labels"]
    assert (data["samples"], data["errors"], data["rejected_rows"]) == (40, 0, 0)
    assert label["mean_ms"] == statistics.mean(range(40, 80))
    assert data["start"].startswith("2026-11-18T11:06:40")
    assert "does not say which samples failed" in said.err


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("1795000000000000000,200,61000000,0,12,,b2s=,home,0,GET,x,\n" * 9, "no result file"),
        ("Timestamp,User Count,Type,Name,Requests/s,Failures/s,50%,Total Request Count,"
         "Total Failure Count\n1795000000,5,,Aggregated,1,0,40,9,0\n", "_stats.csv"),
        ('{"metric":"http_req_duration","type":"Point","data":{"value":5}}\n', "--out csv="),
    ],
    ids=["vegeta", "history of Locust", "JSON of k6"],
)  # fmt: skip
def test_what_other_tools_write_is_never_taken_for_jmeters(tmp_path, capsys, text, words):
    path = tmp_path / "results"
    path.write_text(text)
    assert main(["loadtest", "summary", str(path)]) == 2
    assert words in capsys.readouterr().err
