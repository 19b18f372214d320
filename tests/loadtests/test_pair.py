"""The real JMeter 5.5 before and after a change that made a server slower and more faulty.

Two closed-loop runs of 48 000 samples, as they were written, and the same results in other forms:
the verdict may depend on what was measured, and on nothing else.
"""

import contextlib
import csv
import gzip
import io
import json
import random
from pathlib import Path

import pytest

from app.__main__ import main

DATA = Path(__file__).parents[1] / "data" / "loadtests"
Rows = list[list[str]]
WORSE = ("errors", "mean", "p95")


def rows_of(side: str) -> tuple[list[str], Rows]:
    text = gzip.decompress((DATA / f"{side}-48000.jtl.gz").read_bytes()).decode()
    head, *rows = csv.reader(io.StringIO(text, newline=""))
    return head, sorted(rows, key=lambda row: int(row[0]))


@pytest.fixture(scope="module")
def sides() -> dict[str, tuple[list[str], Rows]]:
    return {side: rows_of(side) for side in ("before", "after")}


def written(path: Path, head: list[str], rows: Rows, delimiter: str = ",") -> str:
    with path.open("w", newline="") as file:
        writer = csv.writer(file, delimiter=delimiter, lineterminator="\n")
        writer.writerows([head, *rows] if head else rows)
    return str(path)


def compared(before: list[str], after: list[str]) -> dict[str, object]:
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        assert main(["loadtest", "compare", *before, "--after", *after, "--json"]) == 0
    return json.loads(out.getvalue())


def verdicts(found: dict[str, object]) -> dict[str, str]:
    return {name: each["verdict"] for name, each in found["total"]["verdicts"].items()}


def assert_worse(found: dict[str, object]) -> None:
    assert found["verdict"] == "regressed"
    assert {verdicts(found)[name] for name in WORSE} == {"regressed"}
    low, high = found["total"]["verdicts"]["mean"]["interval95"]
    assert low < 70.46 / 61.06 - 1 < high


def test_the_pair_is_slower_and_more_faulty_by_the_right_sizes() -> None:
    found = compared(*([str(DATA / f"{side}-48000.jtl.gz")] for side in ("before", "after")))
    assert_worse(found)
    before, after = (found["total"][side] for side in ("before", "after"))
    assert (before["samples"], after["samples"]) == (48_000, 48_000)
    assert (before["errors"], after["errors"]) == (244, 942)
    assert [round(side["mean_ms"]) for side in (before, after)] == [61, 70]
    assert [round(100 * side["error_share"], 2) for side in (before, after)] == [0.51, 1.96]


@pytest.mark.parametrize("form", ["shuffled", "renamed", "semicolons, no header", "no “success”"])
def test_other_forms_of_the_pair_say_the_same(tmp_path, sides, form) -> None:
    plain = compared(*([str(DATA / f"{side}-48000.jtl.gz")] for side in ("before", "after")))
    names = []
    for side, (head, rows) in sides.items():
        path, mark = tmp_path / side, ","
        if form == "shuffled":
            rows = random.Random(3).sample(rows, len(rows))
        elif form == "renamed":
            at = head.index("label")
            rows = [[*row[:at], f"ü; {row[at]}", *row[at + 1 :]] for row in rows]
        elif form == "semicolons, no header":
            head, mark = [], ";"
        else:
            at = head.index("success")
            head, *rows = ([*row[:at], *row[at + 1 :]] for row in (head, *rows))
        names.append([written(path, head, rows, mark)])
    found = compared(*names)
    assert_worse(found)
    assert found["total"] == plain["total"]


@pytest.mark.parametrize("by", ["time", "turns"])
@pytest.mark.parametrize("n", [3, 5])
def test_parts_of_the_pair_are_judged_as_runs(tmp_path, sides, by, n) -> None:
    names = []
    for side, (head, rows) in sides.items():
        size = len(rows) // n
        parts = [rows[i * size : (i + 1) * size] if by == "time" else rows[i::n] for i in range(n)]
        names.append(
            [written(tmp_path / f"{side}-{i}", head, part) for i, part in enumerate(parts)]
        )
    found = compared(*names)
    assert (found["design"], found["evidence"]) == ("runs", "full")
    assert_worse(found)
    back = compared(*reversed(names))
    assert back["verdict"] == "improved"
    same = compared(names[0], names[0])
    assert same["verdict"] == "no_material_change"
    assert set(verdicts(same).values()) == {"no_material_change"}


def test_halves_of_one_run_are_never_called_worse_or_better(tmp_path, sides) -> None:
    for side, (head, rows) in sides.items():
        halves = rows[::2], rows[1::2]
        names = [[written(tmp_path / f"{side}{i}", head, half)] for i, half in enumerate(halves)]
        found = compared(*names)
        assert found["verdict"] in ("no_material_change", "inconclusive")
        assert not {"regressed", "improved"} & set(verdicts(found).values())
