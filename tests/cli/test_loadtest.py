"""``changedesk loadtest`` as a person or a script calls it."""

import json

import pytest

from app.__main__ import main
from tests.loadtests.jtl import as_csv, controller, run

KEYS = ["samples", "errors", "start", "end", "rejected_rows", "labels"]
LABEL_KEYS = [
    "label", "samples", "errors", "mean_ms", "min_ms", "max_ms", "p50_ms", "p90_ms", "p95_ms",
    "p99_ms", "rate_per_s",
]  # fmt: skip


@pytest.fixture
def results(tmp_path):
    samples = [*run(100, bad=10), controller(1_795_000_000_000, 900, "all", 100)]
    path = tmp_path / "results.jtl"
    path.write_bytes(as_csv(samples) + b"rubbish\n")
    return path


def test_a_summary_as_json_has_exactly_the_agreed_keys(results, capsys):
    assert main(["loadtest", "summary", str(results), "--json"]) == 0
    said = capsys.readouterr()
    data = json.loads(said.out)
    assert list(data) == KEYS
    assert [list(label) for label in data["labels"]] == [LABEL_KEYS] * 2
    assert (data["samples"], data["errors"], data["rejected_rows"]) == (100, 10, 1)
    assert data["start"] == "2026-11-18T11:06:40+00:00"
    assert "p·(n+1)" in said.err
    assert "Line 113 was rejected: 1 cells instead of 17." in said.err


def test_a_summary_for_people_names_the_definition_and_the_total(results, capsys):
    assert main(["loadtest", "summary", str(results)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("results.jtl: JMeter results (CSV), 100 samples, 10 failed")
    assert lines[2].split() == [
        "label", "samples", "errors", "mean", "min", "max", "p50", "p90", "p95", "p99", "per", "s"
    ]  # fmt: skip
    assert lines[5].split()[:3] == ["Total", "100", "10"]
    assert any("statistics.json" in line for line in lines)


def test_a_file_that_is_none_ends_with_2_and_words(tmp_path, capsys):
    assert main(["loadtest", "summary", str(tmp_path / "none"), "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["error"] == "InvalidInput"
    assert main(["loadtest", "summary", str(tmp_path), "--zone", "Mars/Base"]) == 2
    assert "time zone" in capsys.readouterr().err


def test_a_comparison_as_json_tells_the_whole_and_every_label(tmp_path, capsys):
    before, after = tmp_path / "before.jtl", tmp_path / "after.jtl"
    before.write_bytes(as_csv(run(4000, bad=100)))
    after.write_bytes(as_csv(run(4000, base=80, bad=20)))
    words = ["loadtest", "compare", str(before), "--after", str(after), "--json"]
    assert main(words) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["verdict"] == "regressed"
    assert (data["design"], data["evidence"]) == ("single_run", "limited")
    assert list(data["total"]) == ["label", "before", "after", "verdicts"]
    assert data["total"]["before"]["samples"] == 4000
    assert data["total"]["verdicts"]["mean"]["verdict"] == "regressed"
    assert data["total"]["verdicts"]["errors"]["after"] == pytest.approx(0.05)
    assert [row["label"] for row in data["labels"]] == ["home"]
    assert data["before"][0]["file"] == "before.jtl"
    assert main([*words, "--exit-code"]) == 3
    capsys.readouterr()
    assert main([*words[:-1], "--apdex", "70ms"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("REGRESSED.")
    assert "Failed" in said


def test_the_strict_rule_asks_for_the_whole_range_beyond_the_margin(tmp_path, capsys):
    levels = {"b": (50, 51, 52), "a": (55, 60, 58)}
    paths = {side: [tmp_path / f"{side}{n}" for n in range(3)] for side in levels}
    for side, bases in levels.items():
        for path, base in zip(paths[side], bases, strict=True):
            path.write_bytes(as_csv(run(2000, base=base)))
    words = ["loadtest", "compare", *map(str, paths["b"]), "--after", *map(str, paths["a"])]
    found = []
    for more in ([], ["--strict"]):
        assert main([*words, *more, "--margin", "5%", "--json"]) == 0
        found.append(json.loads(capsys.readouterr().out)["total"]["verdicts"]["mean"])
    plain, strict = found
    assert (plain["verdict"], strict["verdict"]) == ("regressed", "not_enough_data")
    assert plain["interval95"] == strict["interval95"]
    assert 0 < plain["interval95"][0] < 0.05 < plain["relative_change"]


def test_words_that_cannot_be_used_end_with_2(results, capsys):
    words = ["loadtest", "compare", str(results), "--after", str(results)]
    for wrong in (["--margin", "much"], ["--apdex", "soon"], ["--zone", "Nowhere"]):
        assert main([*words, *wrong]) == 2
    assert main(["loadtest", "summary", str(results), "--jmeter-window", "0"]) == 2
    capsys.readouterr()


def test_capacity_is_found_over_several_runs(tmp_path, capsys):
    slow = {20: 30, 50: 40, 100: 400}
    for rate, base in slow.items():
        step_ms = 1000 // rate
        path = tmp_path / f"{rate}.jtl"
        path.write_bytes(as_csv(run(rate * 40, base=base, step_ms=step_ms)))
    words = ["loadtest", "capacity", *(str(tmp_path / f"{rate}.jtl") for rate in slow)]
    assert main([*words, "--p95", "100ms", "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["limit_reached"]
    assert data["capacity_per_s"] == pytest.approx(50, rel=0.05)
    assert [round(point["rate_per_s"], -1) for point in data["points"]] == [20, 50, 100]
    assert main([*words, "--p95", "1s"]) == 0
    assert capsys.readouterr().out.startswith("At least 100")
    assert main([*words, "--p95", "1ms"]) == 0
    assert "Not even the lowest rate" in capsys.readouterr().out
