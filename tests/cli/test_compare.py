"""``changedesk compare``: words in, one JSON object or plain lines out."""

import io
import json
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import numpy as np
import pytest
from openpyxl import Workbook

from app.__main__ import main
from app.cli.compare import share, span_s
from app.errors import InvalidInput
from app.services.series_files import csv_rows, csv_text
from tests.analysis.simulate import Case, Scenario, simulate

KEYS = {
    "verdict", "relative_change", "interval95", "before", "after", "design", "evidence",
    "reference_days", "smallest_visible_change", "sentence", "reason",
}  # fmt: skip
WORDS = ("--change-start", "2026-03-18T13:20:00Z", "--change-end", "2026-03-18T13:50:00Z")
MADE = Scenario(effect=0.2, level=412.0, step_s=300.0, rhythm=0.2, phi=0.2)


def write(path: Path, case: Case, header: str = "time,value") -> Path:
    columns = [case.value] if case.total is None else [case.value, case.total]
    rows = [
        ",".join(
            (datetime.fromtimestamp(at, ZoneInfo("UTC")).isoformat(), *map(repr, map(float, row)))
        )
        for at, *row in zip(case.at_s, *columns, strict=True)
    ]
    path.write_text("\n".join([header, *rows]))
    return path


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return write(tmp_path / "a.csv", simulate(MADE, np.random.default_rng(4)))


def ask(capsys: pytest.CaptureFixture[str], *words: object) -> dict[str, object]:
    assert main(["compare", *map(str, words), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert set(found) == KEYS
    return found


def test_the_answer_holds_exactly_what_was_promised(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = ask(capsys, file, *WORDS, "--kind", "latency")
    assert found["verdict"] == "regressed"
    assert found["relative_change"] == pytest.approx(0.2, abs=0.1)
    low, high = found["interval95"]
    assert low < 0.2 < high
    assert (found["design"], found["evidence"], found["reference_days"]) == (
        "reference_days",
        "full",
        7,
    )
    assert "got slower by" in found["sentence"]


@pytest.mark.parametrize(
    ("words", "verdict"),
    [
        (["--worse", "lower"], "improved"),
        (["--worse", "either"], "changed"),
        (["--margin", "50%"], "no_material_change"),
        (["--floor", "1000"], "no_material_change"),
        (["--strict", "--margin", "19%"], "not_enough_data"),
    ],
)
def test_the_terms_decide(
    file: Path, capsys: pytest.CaptureFixture[str], words: list[str], verdict: str
) -> None:
    assert ask(capsys, file, *WORDS, *words)["verdict"] == verdict


def test_short_windows_give_limited_evidence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    short = MADE.but(days=0, step_s=0.1, window_s=12.0, settle_s=1.0, gap_s=10.0, effect=-0.5)
    case = simulate(short, np.random.default_rng(4))
    words = ("--change-start", case.start_s, "--change-end", case.end_s)
    path = write(tmp_path / "a.csv", case)
    found = ask(capsys, path, *words, "--window", "12s", "--settle", "1s")
    assert (found["verdict"], found["design"], found["evidence"]) == (
        "improved", "no_history", "limited",
    )  # fmt: skip


def test_without_samples_after_the_change_nothing_is_claimed(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    far = ("--change-start", "2026-04-18T13:20:00Z", "--change-end", "2026-04-18T13:50:00Z")
    found = ask(capsys, file, *far)
    assert found["verdict"] == "not_enough_data"
    assert found["interval95"] is found["relative_change"] is found["before"] is None


def test_a_counter_and_ratios(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rng = np.random.default_rng(4)
    counter = write(tmp_path / "c.csv", simulate(MADE.but(kind="counter", resets=3), rng))
    assert ask(capsys, counter, *WORDS, "--kind", "counter")["verdict"] == "regressed"
    case = simulate(MADE.but(kind="ratio", rate=0.02, effect=1.0), rng)
    named = write(tmp_path / "r.csv", case, "time,errors,requests")
    by_name = ask(capsys, named, *WORDS, "--kind", "ratio")
    told = ask(
        capsys, named, *WORDS, "--kind", "ratio", "--column", "errors", "--total", "requests"
    )
    assert by_name == told
    assert told["verdict"] == "regressed"
    assert told["before"] == pytest.approx(0.02, rel=0.2)
    one = write(tmp_path / "s.csv", simulate(MADE.but(kind="share", rate=0.1, level=20.0), rng))
    assert ask(capsys, one, *WORDS, "--kind", "ratio")["before"] == pytest.approx(0.1, rel=0.3)


def test_an_untouched_column_takes_away_what_came_over_both(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rng = np.random.default_rng(6)
    changed = simulate(MADE.but(effect=0.0), rng)
    other = simulate(MADE.but(effect=0.0, level=30.0), rng)
    for case in (changed, other):
        case.value[case.at_s >= case.start_s] *= 1.3
    both = Case(
        changed.at_s, changed.value, other.value, changed.start_s, changed.end_s, changed.scenario
    )
    path = write(tmp_path / "c.csv", both, "time,web-1,web-2")
    assert ask(capsys, path, *WORDS, "--column", "web-1")["verdict"] == "regressed"
    found = ask(capsys, path, *WORDS, "--column", "web-1", "--control", "web-2")
    assert found["verdict"] != "regressed"
    assert abs(found["relative_change"]) < 0.12
    assert "web-2, which the change did not touch, moved by" in found["sentence"]
    assert main(["compare", str(path), *WORDS, "--control", "web-1"]) == 2
    assert "cannot be its own control" in capsys.readouterr().err
    assert main(["compare", str(path), *WORDS, "--control", "web-3"]) == 2
    assert "There is no column “web-3”" in capsys.readouterr().err


def test_rows_units_and_epochs_do_not_matter(
    file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plain = ask(capsys, file, *WORDS)
    header, *rows = file.read_text().splitlines()
    np.random.default_rng(1).shuffle(rows)
    cells = [row.split(",") for row in rows]
    forms = {
        "shuffled": "\n".join([header, *rows, *rows[:50]]),
        "epoch": "\n".join(
            [
                "ts\tvalue",
                *(f"{datetime.fromisoformat(at).timestamp() * 1000:.0f}\t{v}" for at, v in cells),
            ]
        ),
        "german": "\n".join(["Zeit;value", *(f"{at};{v.replace('.', ',')}" for at, v in cells)]),
    }
    for name, text in forms.items():
        (tmp_path / name).write_text(text)
        assert ask(capsys, tmp_path / name, *WORDS) == plain, name
    (tmp_path / "kilo").write_text(
        "\n".join([header, *(f"{at},{float(value) * 1000!r}" for at, value in cells)])
    )
    kilo = ask(capsys, tmp_path / "kilo", *WORDS)
    assert {k: kilo[k] for k in ("verdict", "relative_change", "interval95")} == {
        k: plain[k] for k in ("verdict", "relative_change", "interval95")
    }


def test_the_kind_of_file_does_not_matter(
    file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plain = ask(capsys, file, *WORDS)
    cells = [line.split(",") for line in file.read_text().splitlines()[1:]]
    points = [[datetime.fromisoformat(at).timestamp(), value] for at, value in cells]
    result = {"metric": {"__name__": "value"}, "values": points}
    answer = {"status": "success", "data": {"resultType": "matrix", "result": [result]}}
    (tmp_path / "prometheus").write_text(json.dumps(answer))
    duckdb.sql(
        f"COPY (SELECT time, value FROM read_csv('{file}')) TO '{tmp_path / 'parquet'}' "
        "(FORMAT parquet)"
    )
    book, serials = Workbook(), Workbook()
    for sheet, stamp in ((book, _naive), (serials, _serial)):
        sheet.active.append(["time", "value"])
        for at, value in cells:
            sheet.active.append([stamp(datetime.fromisoformat(at)), float(value)])
    book.save(tmp_path / "workbook.xlsx")
    serials.save(tmp_path / "serials.xlsx")
    for name in ("prometheus", "parquet", "workbook.xlsx", "serials.xlsx"):
        assert ask(capsys, tmp_path / name, *WORDS) == plain, name


def _naive(at: datetime) -> datetime:
    return at.replace(tzinfo=None)


def _serial(at: datetime) -> float:
    """Return a time as spreadsheets count it: days since the end of 1899."""
    return (_naive(at) - datetime(1899, 12, 30)).total_seconds() / 86400


def test_people_get_plain_lines(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    exclude = ("--exclude", "2026-03-17T11:00Z/2026-03-17T12:00Z")
    words = ("--name", "Response time", "--unit", "ms", *exclude)
    assert main(["compare", str(file), *WORDS, *words]) == 0
    out = capsys.readouterr().out
    assert out.startswith("REGRESSED. Response time rose by")
    assert "Comparison days: 6\nLeft out: 17 Mar (excluded)\nSmallest visible change: +" in out


def test_the_first_of_several_columns_is_named(
    file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wide = tmp_path / "w.csv"
    lines = file.read_text().splitlines()
    wide.write_text(
        "\n".join(
            [
                f"{lines[0]},other",
                *(f"{line},1" for line in lines[1:]),
                "?,1,1",
                f"{lines[-1].partition(',')[0]},n.n.,1",
            ]
        )
    )
    assert main(["compare", str(wide), *WORDS, "--json"]) == 0
    told = capsys.readouterr()
    assert set(json.loads(told.out)) == KEYS
    assert "Judged the first of 2 columns, “value”" in told.err
    assert "1 row was left out.\nLine 2675: “?” is not a time." in told.err
    assert "1 cell holds no figure; it stays a gap.\nLine 2676: “n.n.” is no figure." in told.err
    assert ask(capsys, wide, *WORDS, "--column", "other")["verdict"] == "no_material_change"


def test_a_series_that_begins_late_in_a_long_file_is_found(
    file: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    plain = ask(capsys, file, *WORDS)
    _header, *rows = file.read_text().splitlines()
    both = [row.replace(",", f",{host},") for host in ("web-1", "web-2") for row in rows]
    early = [f"2026-01-01T00:{i:02}:00Z,{host},1" for i in range(60) for host in ("a", "b")]
    (tmp_path / "long.csv").write_text("\n".join(["time,host,value", *early, *both]))
    monkeypatch.setattr(csv_text, "HEAD_BYTES", 1000)
    monkeypatch.setattr(csv_rows, "_PIECE_ROWS", 50)
    found = ask(capsys, tmp_path / "long.csv", *WORDS, "--column", "web-2", "--name", "value")
    assert found == plain
    assert main(["compare", str(tmp_path / "long.csv"), *WORDS, "--column", "a", "--json"]) == 0
    assert "2 series begin later in the file: web-1, web-2." in capsys.readouterr().err


def test_standard_input_is_read(
    file: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(file.read_bytes())))
    assert ask(capsys, "-", *WORDS)["verdict"] == "regressed"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--worse", "higher"], 3),
        (["--worse", "lower"], 0),
        (["--column", "value", "--strict", "--margin", "20%"], 4),
    ],
)
def test_the_exit_code_tells_the_verdict_on_request(
    file: Path, words: list[str], code: int
) -> None:
    assert main(["compare", str(file), *WORDS, *words, "--exit-code"]) == code
    assert main(["compare", str(file), *WORDS, *words]) == 0


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--window", "25h"], "at most 24 hours"),
        (["--window", "0h"], "at most 24 hours"),
        (["--window", "soon"], "no length of time"),
        (["--settle", "1e12"], "no length of time"),
        (["--margin", "0%"], "no margin"),
        (["--floor", "nan"], "no least difference"),
        (["--floor", "-1"], "no least difference"),
        (["--floor", "much"], "no least difference"),
        (["--margin", "much"], "no margin"),
        (["--zone", "Mars/Olympus"], "not known"),
        (["--column", "nope"], "no column"),
        (["--change-end", "2026-03-18T12:00:00Z"], "ends before it starts"),
        (["--change-start", "noon"], "is not a time"),
        (["--exclude", "yesterday"], "no span"),
    ],
)
def test_words_that_cannot_be_used_are_named(
    file: Path, capsys: pytest.CaptureFixture[str], words: list[str], told: str
) -> None:
    assert main(["compare", str(file), *WORDS, *words]) == 2
    assert told in capsys.readouterr().err


def test_a_missing_file_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", str(tmp_path / "none.csv"), *WORDS, "--json"]) == 2
    told = capsys.readouterr()
    assert "cannot be read" in told.err
    assert json.loads(told.out)["error"] == "InvalidInput"


def test_lengths_and_shares_are_read() -> None:
    lengths = {"3h": 10800, "1h30m": 5400, "10min": 600, "250ms": 0.25, "90": 90, "1 d": 86400}
    assert {text: span_s(text) for text in lengths} == lengths
    assert [share(text) for text in ("5%", "0.05", "5", "5 %", "5,0%")] == [0.05] * 5
    for text in ("", "3x", "-1s", "nan"):
        with pytest.raises(InvalidInput):
            span_s(text)


def test_a_rhythm_that_nothing_tells_from_a_change_is_limited_evidence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rhythm = MADE.but(
        days=0, step_s=60.0, rhythm=0.6, phi=0.0, noise=0.02, effect=0.0, when="2026-03-18T08:20"
    )
    case = simulate(rhythm, np.random.default_rng(4))
    path = write(tmp_path / "a.csv", case)
    words = ("--change-start", case.start_s, "--change-end", case.end_s)
    found = ask(capsys, path, *words)
    assert (found["design"], found["evidence"], found["reference_days"]) == (
        "no_history", "limited", 0,
    )  # fmt: skip
    said = "There were no comparison days; a daily rhythm cannot be excluded."
    assert said in found["sentence"]
    assert main(["compare", *map(str, (path, *words))]) == 0
    assert said in capsys.readouterr().out


def _renamed(folder: Path, *, wide: bool, more: tuple[str, ...] = ()) -> Path:
    """Write web-01, which is called web-02 from the change on, beside db-01, and others since."""
    rng, start = np.random.default_rng(3), datetime.fromisoformat(WORDS[1]).timestamp()
    since = ("web-02", *more)
    names = ("web-01", "db-01", *since)
    rows = ["time," + ",".join(names) if wide else "time,host,value"]
    for at in (start + 60.0 * np.arange(-240, 270)).tolist():
        there = {"db-01": 20.0 + rng.normal()}
        there |= dict.fromkeys(("web-01",) if at < start else since, 50.0 + rng.normal())
        if wide:
            rows.append(f"{at:.0f}," + ",".join(str(there.get(name, "")) for name in names))
        else:
            rows += [f"{at:.0f},{name},{value}" for name, value in there.items()]
    path = folder / "renamed.csv"
    path.write_text("\n".join(rows))
    return path


@pytest.mark.parametrize("wide", [True, False])
@pytest.mark.parametrize("column", ["web-01", "web-02"])
def test_a_series_that_was_renamed_halfway_is_not_compared_and_both_names_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], wide: bool, column: str
) -> None:
    file = _renamed(tmp_path, wide=wide)
    found = ask(capsys, file, *WORDS, "--column", column)
    assert found["verdict"] == "not_enough_data"
    for words in ("cannot be compared", "“web-01”", "“web-02”", "renamed"):
        assert words in found["sentence"]
    assert "no samples" not in found["sentence"]
    assert found["relative_change"] is None
    assert found["before"] == pytest.approx(50, abs=0.5)
    assert found["after"] == pytest.approx(50, abs=0.5)
    other = ask(capsys, file, *WORDS, "--column", "db-01")
    assert other["verdict"] == "no_material_change"
    assert "renamed" not in other["sentence"]


def test_where_several_series_begin_with_the_change_all_are_named_and_none_is_taken(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = _renamed(tmp_path, wide=False, more=("web-03",))
    found = ask(capsys, file, *WORDS, "--column", "web-01")
    assert "no samples from after the change" in found["sentence"]
    assert "only “web-02”, “web-03”" in found["sentence"]


def test_a_name_that_first_comes_far_behind_the_beginning_is_found_as_well(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv_text, "HEAD_BYTES", 4 << 10)
    monkeypatch.setattr(csv_text, "BLOCK_BYTES", 4 << 10)
    found = ask(capsys, _renamed(tmp_path, wide=False), *WORDS, "--column", "web-01")
    assert "only “web-02”" in found["sentence"]
    assert "cannot be compared" in found["sentence"]
