"""What is recorded with samples, so that they can be understood without the program."""

from datetime import timedelta

import numpy as np
import pytest

from app.domain.change import ChangeState
from app.domain.event import NewEvent
from app.domain.health import HealthReport, Phase
from app.domain.ids import HealthId, HostId
from app.domain.metric import Metric, Series, WindowName
from app.errors import InvalidInput
from app.services.metric import imports
from app.services.metric.import_words import remarks
from app.services.metric.imports import FileImport, import_file, look_at_file
from app.services.metric.metrics import freeze
from app.services.metric.sampling import Sampled
from app.services.series_files import csv_rows, csv_text, reading
from app.tasks import TaskCancelled, TaskContext
from tests.fakes import NOON

CPU = Metric("cpu", "CPU load", "%")
WORK = {"work_start": NOON, "work_end": NOON + timedelta(minutes=20), "baseline_s": 3600.0}


def written(path, seconds, step_s=10):
    """Write samples from three hours before the work on, in no order."""
    at_s = NOON.timestamp() - 3 * 3600 + np.arange(0, seconds, step_s)
    order = np.random.default_rng(2).permutation(len(at_s))
    path.write_text("\n".join(["time,cpu", *(f"{at_s[i]:.0f},{i % 7}" for i in order), ""]))
    return path


def sets(services):
    with services.new_uow() as uow:
        return {item.window: item for item in uow.samples.list()}


def test_unit_step_and_span_are_recorded_whatever_the_order_of_the_rows(opened, made, tmp_path):
    change = made(ChangeState.IMPLEMENT, metrics=(CPU,), **WORK)
    path = written(tmp_path / "a.csv", 6 * 3600)
    import_file(FileImport(change.id, "cpu", path), with_=opened.measuring)
    kept = sets(opened)[WindowName.BEFORE]
    assert (kept.unit, kept.step_s, kept.n) == ("%", 10.0, 360)
    assert (kept.start, kept.end) == (NOON - timedelta(hours=1), NOON - timedelta(seconds=10))
    assert kept.clock_offset_s is None


def test_what_is_no_time_and_no_figure_is_named_before_and_with_the_samples(opened, made, tmp_path):
    change = made(ChangeState.IMPLEMENT, metrics=(CPU,), **WORK)
    path = written(tmp_path / "a.csv", 6 * 3600)
    with path.open("a") as file:
        file.write(f"{NOON.timestamp() - 600:.0f},n.n.\nTotal,7\n")
    wanted = FileImport(change.id, "cpu", path)
    assert remarks(look_at_file(wanted, with_=opened.measuring)) == [
        "1 row has no number here; it stays a gap.",
        "Line 2162: “n.n.” is no figure.",
        "Line 2163 was left out: “Total” is not a time.",
    ]
    import_file(wanted, with_=opened.measuring)
    with opened.new_uow() as uow:
        logged = " ".join(event.text for event in uow.log.of(change.id))
    assert "1 row was left out (line 2163: “Total” is not a time). " in logged
    assert "1 cell is a gap (line 2162: “n.n.” is no figure)." in logged


def test_a_series_that_goes_on_under_another_name_is_said_before_it_is_kept(opened, made, tmp_path):
    change = made(ChangeState.IMPLEMENT, metrics=(CPU,), **WORK)
    path, begin = tmp_path / "renamed.csv", NOON.timestamp() - 3600
    rows = [f"{begin + i:.0f},{i % 7},," if i < 3600 else f"{begin + i:.0f},,{i % 7},7"
            for i in range(0, 9000, 10)]  # fmt: skip
    path.write_text("\n".join(["time,cpu,cpu-new,other", *rows, ""]))
    wanted = FileImport(change.id, "cpu", path)
    told = "“cpu” is there on one side of the change only, and on the other side only “cpu-new”"
    assert remarks(look_at_file(wanted, with_=opened.measuring))[0].startswith(told)
    import_file(wanted, with_=opened.measuring)
    with opened.new_uow() as uow:
        logged = " ".join(event.text for event in uow.log.of(change.id))
    assert told in logged
    both = FileImport(change.id, "cpu", path, column="other")
    assert not look_at_file(both, with_=opened.measuring).samples[WindowName.BEFORE]


def test_the_clock_of_the_host_and_the_labels_of_the_source_are_recorded(opened, made):
    change = made(ChangeState.IMPLEMENT, metrics=(CPU,), **WORK)
    with opened.new_uow() as uow:
        for number, skew_s in enumerate((9.0, 1.25, None)):
            key, host = HealthId(f"r{number}"), HostId("h1")
            phase, at = Phase.BEFORE, NOON
            uow.health.add(HealthReport(key, None, host, "web-1", phase, at, at, (), skew_s=skew_s))
        uow.log.append(NewEvent("health.checked", "Checked"))
        uow.commit()
    metric = Metric("cpu", "CPU load", "%", host=HostId("h1"))
    series = Series(np.array([5.0, 5.0]), np.array([1.0, 2.0]))
    sampled = Sampled(metric, series, labels=(("instance", "web-1"),))
    (kept,) = freeze(change, WindowName.BEFORE, [sampled], "UTC", with_=opened.measuring)
    assert sets(opened)[WindowName.BEFORE] == kept
    assert (kept.clock_offset_s, kept.labels) == (1.25, (("instance", "web-1"),))
    assert kept.step_s is None, "samples of one time have no step"


@pytest.fixture
def long_file(monkeypatch, tmp_path):
    monkeypatch.setattr(csv_text, "HEAD_BYTES", 4096)
    monkeypatch.setattr(csv_rows, "_PIECE_ROWS", 500)
    return written(tmp_path / "long.csv", 6 * 3600, step_s=1)


def test_an_import_that_is_stopped_keeps_nothing(opened, made, long_file):
    change = made(ChangeState.IMPLEMENT, metrics=(CPU,), **WORK)
    context = TaskContext(report=lambda _progress: context.cancel())
    with pytest.raises(TaskCancelled):
        import_file(
            FileImport(change.id, "cpu", long_file), with_=opened.measuring, context=context
        )
    assert sets(opened) == {}


def test_of_too_many_samples_the_newest_are_kept_but_never_half_a_window(
    opened, made, long_file, monkeypatch
):
    change = made(ChangeState.IMPLEMENT, metrics=(CPU,), **WORK)
    wanted = FileImport(change.id, "cpu", long_file)
    keep = reading.Keep
    monkeypatch.setattr(imports, "Keep", lambda first, last: keep(first, last, most=8000))
    with pytest.raises(InvalidInput, match="more samples in the windows") as refused:
        import_file(wanted, with_=opened.measuring)
    assert "coarser steps" in refused.value.hint
    assert sets(opened) == {}
    monkeypatch.setattr(imports, "Keep", lambda first, last: keep(first, last, most=12_000))
    import_file(wanted, with_=opened.measuring)
    found = sets(opened)
    assert found[WindowName.BEFORE].n == 3600
    assert found[WindowName.REFERENCE].n == 12_000 - (1 + 1.5) * 3600
