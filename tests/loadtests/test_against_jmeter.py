"""Our figures beside those of the real JMeter 5.5, from the same run against a local server.

The plan has a transaction whose samples are written beside it, one whose samples are within it, a
page with a picture, and a page that fails now and then.
"""

import csv

import pytest

from app.services.loadtests.summing import summarise
from tests.loadtests.conftest import statistics
from tests.loadtests.jtl import HEADER

FIELDS = {
    "samples": "sampleCount", "errors": "errorCount", "min_ms": "minResTime",
    "max_ms": "maxResTime", "p50_ms": "medianResTime", "p90_ms": "pct1ResTime",
    "p95_ms": "pct2ResTime", "p99_ms": "pct3ResTime", "rate_per_s": "throughput",
}  # fmt: skip


def assert_alike(summary, theirs):
    for ours in (*summary.labels, summary.total):
        theirs_here = theirs[ours.label]
        for name, their_name in FIELDS.items():
            assert getattr(ours, name) == theirs_here[their_name], (ours.label, name)
        assert ours.mean_ms == pytest.approx(theirs_here["meanResTime"], rel=1e-12)
    assert {each.label for each in summary.labels} | {"Total"} == set(theirs)


def test_csv_of_the_real_jmeter_gives_its_own_statistics_exactly(played):
    summary = summarise(played / "results.csv")
    assert (played / "results.csv").read_text().startswith(",".join(HEADER))
    assert_alike(summary, statistics(played / "own" / "report" / "statistics.json"))
    assert summary.total.samples == 120
    assert summary.total.errors > 0
    assert {each.label for each in summary.labels if each.is_parent} == {"buying", "searching"}


def test_xml_of_the_real_jmeter_holds_the_samples_within_transactions_too(played):
    summary = summarise(played / "results.xml")
    counted = {each.label: each.samples for each in summary.labels}
    assert counted == {
        "home": 60, 'checkout, "pay"': 60, "buying": 60, "searching": 60, "search": 60
    }  # fmt: skip
    assert summary.total.samples == 180, "what pages load besides is a part of them"
    assert summary.rejected_rows == 0


def test_a_long_run_agrees_with_the_window_of_the_dashboard(jmeter, tmp_path):
    """JMeter takes percentiles from the last 20 000 samples of a label; so do we when asked."""
    path = tmp_path / "long.jtl"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for i in range(44_000):
            took = 20 + i // 1000 + (i * 7919) % 97
            label = "home" if i % 2 else "pay"
            row = (1_795_000_000_000 + i * 5, took, label, 200, "OK", "u 1-1", "text", "true", "")
            writer.writerow((*row, 213, 117, 5, 5, "null", took, 0, 1))
    theirs = statistics(jmeter.dashboard(path, tmp_path / "own"))
    assert_alike(summarise(path, window=20_000), theirs)
    assert summarise(path).labels[0].p50_ms != theirs["pay"]["medianResTime"]
