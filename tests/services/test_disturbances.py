"""Other work, outages and incidents: no reference days, and said where they cannot be left out."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from app.analysis.windows import Blocked, Layout
from app.domain.change import ChangeState
from app.domain.evidence import OutageRecord
from app.domain.ids import HostId
from app.domain.metric import Metric, MetricKind
from app.domain.need import EvidenceKind, Need, NeedEvidence
from app.domain.outage import Outage, OutageKind
from app.domain.review import Incident
from app.domain.verdict import Caveat, Evidence, Parameters
from app.domain.window import TimeRange, Window
from app.services.metric.disturbances import disturbances, in_windows
from app.services.metric.imports import FileImport, import_file
from app.services.metric.verdicts import judge
from tests.fakes import NOON
from tests.services.test_verdicts import THURSDAY, WORK, around_work, write

METRIC = Metric("response", "Order response time", "ms", MetricKind.LATENCY, key=True)
HOST = HostId("shop")
HOUR = timedelta(hours=1)


def planned(start, hours=2.0):
    return Window(TimeRange(start, start + timedelta(hours=hours)), "UTC")


@pytest.fixture
def ours(made, clock):
    clock.pass_by(days=6)
    return made(ChangeState.IMPLEMENT, metrics=(METRIC,), hosts=(HOST,),
                window=planned(THURSDAY), **WORK)  # fmt: skip


def found(opened, change):
    with opened.new_uow() as uow:
        return disturbances(change, now=opened.clock.now(), uow=uow)


def test_work_on_the_same_host_blocks_the_hours_it_took(opened, made, ours):
    start = THURSDAY - timedelta(days=2)
    other = made(ChangeState.CLOSED, hosts=(HOST,), window=planned(start),
                 work_start=start + HOUR, work_end=start + 3 * HOUR)  # fmt: skip
    made(ChangeState.CLOSED, hosts=(HostId("elsewhere"),), window=planned(start))
    made(ChangeState.SCHEDULED, hosts=(HOST,), window=planned(start))
    (block,) = found(opened, ours)
    assert block.why == f"work on {other.number}"
    assert (block.start_s, block.end_s) == (
        (start + HOUR).timestamp(), (start + 3 * HOUR).timestamp(),
    )  # fmt: skip


def test_outages_and_incidents_count_but_not_what_the_change_brought_itself(opened, made, ours):
    day = THURSDAY - timedelta(days=1)
    made(ChangeState.CLOSED, hosts=(HOST,), window=planned(day - HOUR, 0.5),
         outages=(Outage(OutageKind.UNPLANNED, "Shop", day, day + HOUR),))  # fmt: skip
    down = NeedEvidence(
        EvidenceKind.OUTAGE, "Down", outage=OutageRecord(day - 9 * HOUR, day - 8 * HOUR)
    )
    change = replace(
        ours,
        need=replace(ours.need or Need(), evidence=(down,)),
        incidents=(
            Incident("INC-7", "Slow", detected_at=day + 3 * HOUR, restored_at=day + 4 * HOUR),
            Incident("INC-8", "Broken by us", caused=True, detected_at=THURSDAY + HOUR),
        ),
        outages=(Outage(OutageKind.PLANNED, "Shop", THURSDAY, THURSDAY + HOUR),),
    )
    assert [block.why.split(" by ")[0] for block in found(opened, change)] == [
        "an outage", "work on CHG-000002", "an outage", "incident INC-7",
    ]  # fmt: skip


def test_a_day_of_other_work_is_no_reference_and_the_report_says_so(opened, made, ours, tmp_path):
    start = THURSDAY - timedelta(days=2)
    other = made(ChangeState.CLOSED, hosts=(HOST,), window=planned(start))
    path = write(tmp_path / "r.csv", around_work(np.random.default_rng(3), days=8))
    import_file(FileImport(ours.id, "response", path), with_=opened.measuring)
    (comparison,) = judge(ours.id, with_=opened.measuring)
    left_out = {day.day: day.why for day in comparison.days if not day.used}
    assert left_out[start.date()] == f"work on {other.number}"
    assert comparison.evidence is Evidence.FULL


def test_other_work_in_the_window_itself_is_named(opened, made, ours, tmp_path):
    other = made(ChangeState.MONITOR, hosts=(HOST,), window=planned(THURSDAY - 2 * HOUR, 1))
    path = write(tmp_path / "r.csv", around_work(np.random.default_rng(3), days=8))
    import_file(FileImport(ours.id, "response", path), with_=opened.measuring)
    (comparison,) = judge(ours.id, with_=opened.measuring)
    assert Caveat.DISTURBED in comparison.caveats
    assert comparison.evidence is Evidence.LIMITED
    assert f"In the window before the change, work on {other.number} took place." in (
        comparison.sentence
    )


def test_a_look_before_the_end_of_the_window_is_preliminary(opened, made, clock, tmp_path):
    change = made(ChangeState.IMPLEMENT, metrics=(METRIC,), **WORK)
    series = around_work(np.random.default_rng(3), days=8)
    path = write(tmp_path / "r.csv", series)
    clock.at = THURSDAY + timedelta(hours=3)
    import_file(FileImport(change.id, "response", path), with_=opened.measuring)
    (early,) = judge(change.id, with_=opened.measuring)
    assert Caveat.PRELIMINARY in early.caveats
    assert "This is preliminary: the window after the change is not over." in early.sentence
    clock.at = THURSDAY + timedelta(hours=4)
    (final,) = judge(change.id, with_=opened.measuring)
    assert Caveat.PRELIMINARY not in final.caveats


def test_only_what_lies_in_a_window_is_said_of_it():
    layout = Layout.around(NOON.timestamp(), NOON.timestamp() + 600, Parameters(window_s=3600.0))
    start_s = NOON.timestamp()
    told = in_windows(
        layout,
        [Blocked(start_s - 9000, start_s - 3600, "early"), Blocked(start_s - 60, start_s, "late"),
         Blocked(start_s, start_s + 600, "meanwhile")],
    )  # fmt: skip
    assert told == ("In the window before the change, late took place.",)
