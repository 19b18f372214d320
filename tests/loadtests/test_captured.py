"""What the real JMeter 5.5 once wrote, for computers without it: one run as CSV, one as XML."""

from pathlib import Path

from app.services.loadtests.summing import summarise
from tests.loadtests.conftest import statistics
from tests.loadtests.test_against_jmeter import assert_alike

DATA = Path(__file__).parents[1] / "data" / "loadtests"


def test_the_captured_csv_gives_jmeters_own_statistics_exactly():
    summary = summarise(DATA / "jmeter-5.5.csv")
    assert_alike(summary, statistics(DATA / "jmeter-5.5-statistics.json"))
    assert (summary.total.samples, summary.rejected_rows) == (24, 0)


def test_the_captured_xml_counts_each_request_once():
    summary = summarise(DATA / "jmeter-5.5.xml")
    assert {each.label: each.samples for each in summary.labels} == {
        "home": 12, 'checkout, "pay"': 12, "buying": 12, "searching": 12, "search": 12
    }  # fmt: skip
    assert summary.total.samples == 36
