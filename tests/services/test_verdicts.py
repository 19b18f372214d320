"""Judging frozen windows, and bringing samples in from files."""

from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from app.domain.change import ChangeState
from app.domain.ids import HostId
from app.domain.metric import Metric, MetricKind, Series, Target, WindowName
from app.domain.verdict import Design, Evidence, Verdict
from app.errors import InvalidInput
from app.services.metric.imports import FileImport, import_file
from app.services.metric.metrics import freeze, measure
from app.services.metric.sampling import Sampled
from app.services.metric.verdicts import judge
from app.tasks import TaskContext
from tests.fakes import NOON

THURSDAY = NOON + timedelta(days=5)
WORK = {"work_start": THURSDAY, "work_end": THURSDAY + timedelta(minutes=20)}
HOURS_3, SETTLE_S, DAY_S = 3 * 3600, 600, 86_400
CSV_METRIC = Metric("response", "Order response time", "ms", MetricKind.LATENCY, key=True)


def around_work(rng, *, days: int, after: float = 1.0) -> Series:
    """Return a steady metric, one value in 10 s, for both windows and the same hours before."""
    begin, end = THURSDAY.timestamp() - HOURS_3, THURSDAY.timestamp() + 1200 + SETTLE_S + HOURS_3
    one = np.arange(begin, end, 10.0)
    at_s = np.concatenate([one - back * DAY_S for back in range(days, -1, -1)])
    value = rng.normal(100.0, 4.0, len(at_s))
    value[at_s >= THURSDAY.timestamp() + 1200 + SETTLE_S] *= after
    return Series(at_s, value)


def write(path: Path, series: Series, header: str = "time,ms,other") -> Path:
    rows = (
        f"{at:.0f},{value:.3f},7"
        for at, value in zip(series.at_s.tolist(), series.value.tolist(), strict=True)
    )
    path.write_text("\n".join((header, *rows, "")))
    return path


@pytest.fixture
def change(made, clock):
    """A change whose windows are over."""
    clock.pass_by(days=6)
    return made(ChangeState.IMPLEMENT, metrics=(CSV_METRIC,), **WORK)


def kept(services, kind):
    with services.new_uow() as uow:
        return list(getattr(uow, kind).list())


def test_eight_days_of_a_file_are_judged_against_these_days(opened, change, tmp_path, clock):
    samples = around_work(np.random.default_rng(5), days=8, after=0.7)
    path = write(tmp_path / "response.csv", samples)
    sets = import_file(FileImport(change.id, "response", path), with_=opened.measuring)
    assert {item.window for item in sets} == {
        WindowName.BEFORE,
        WindowName.DURING,
        WindowName.AFTER,
        WindowName.REFERENCE,
    }
    assert {item.source for item in sets} == {"file"}
    assert {item.query for item in sets} == {"response.csv: ms"}

    (found,) = judge(change.id, with_=opened.measuring)
    assert (found.design, found.evidence) == (Design.REFERENCE_DAYS, Evidence.FULL)
    assert found.verdict is Verdict.IMPROVED
    assert found.relative_change == pytest.approx(-0.3, abs=0.03)
    assert found.judged_at == clock.now()
    entry = opened.queries.events(change=change.id)[0]
    assert entry.text.endswith(": improved")


def test_two_windows_alone_are_limited_evidence(opened, change, tmp_path):
    path = write(tmp_path / "r.csv", around_work(np.random.default_rng(6), days=0, after=1.5))
    import_file(FileImport(change.id, "response", path), with_=opened.measuring)
    (found,) = judge(change.id, with_=opened.measuring)
    assert (found.design, found.evidence) == (Design.NO_HISTORY, Evidence.LIMITED)


def test_judging_twice_replaces_the_record(opened, change, tmp_path, clock):
    for after in (0.7, 1.5):
        path = write(tmp_path / "r.csv", around_work(np.random.default_rng(7), days=8, after=after))
        import_file(FileImport(change.id, "response", path), with_=opened.measuring)
        clock.pass_by(minutes=5)
        judge(change.id, with_=opened.measuring)
    (found,) = kept(opened, "comparisons")
    assert found.verdict is Verdict.REGRESSED
    assert found.judged_at == clock.now()
    assert len(kept(opened, "samples")) == 8, "what was frozen first stays"


def test_rows_without_a_number_stay_gaps(opened, change, tmp_path):
    series = around_work(np.random.default_rng(8), days=8)
    path = write(tmp_path / "r.csv", series)
    lines = path.read_text().splitlines()
    for row, cell in ((5, "NaN"), (6, ""), (7, "=cmd()"), (8, "inf"), (9, "\x1b[31m12\u202e")):
        lines[row] = f"{lines[row].split(',')[0]},{cell},7"
    lines.insert(20, "never,12,7")
    path.write_text("\n".join(lines))
    sets = import_file(FileImport(change.id, "response", path), with_=opened.measuring)
    values = np.concatenate([opened.series.get(item.sha256).value for item in sets])
    assert np.isnan(values).sum() == 5
    (found,) = judge(change.id, with_=opened.measuring)
    assert found.verdict is Verdict.NO_MATERIAL_CHANGE


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("time,ms\n1,5\n2,6\n", "lies in the windows"),
        ("", "no rows"),
        ("time,ms\n", "no rows"),
        ("time\n1794657600\n", "no column of values"),
        ("time,ms\nnever,5\nlater,6\n", "cannot be read"),
        ("time,ms\n1794657600,lots\n", "holds no numbers"),
    ],
)
def test_a_file_that_is_of_no_use_says_why_and_leaves_nothing(opened, change, tmp_path, text, says):
    path = tmp_path / "r.csv"
    path.write_text(text)
    with pytest.raises(InvalidInput, match=says):
        import_file(FileImport(change.id, "response", path), with_=opened.measuring)
    assert kept(opened, "samples") == []


def test_only_earlier_days_are_of_no_use_and_leave_nothing(opened, change, tmp_path):
    series = around_work(np.random.default_rng(9), days=2)
    early = series.at_s < THURSDAY.timestamp() - DAY_S / 2
    path = write(tmp_path / "r.csv", Series(series.at_s[early], series.value[early]))
    with pytest.raises(InvalidInput, match="lies in the windows"):
        import_file(FileImport(change.id, "response", path), with_=opened.measuring)
    assert kept(opened, "samples") == []


def test_a_missing_file_metric_or_column_is_named(opened, change, tmp_path):
    path = write(tmp_path / "r.csv", around_work(np.random.default_rng(9), days=0))
    for wanted, says in (
        (FileImport(change.id, "response", tmp_path / "gone.csv"), "gone.csv cannot be read"),
        (FileImport(change.id, "response", tmp_path), "cannot be read"),
        (FileImport(change.id, "other", path), "no such metric"),
        (FileImport(change.id, "response", path, "p99"), "p99"),
    ):
        with pytest.raises(InvalidInput, match=says):
            import_file(wanted, with_=opened.measuring)


def test_a_named_column_is_read_and_kept_with_the_samples(opened, change, tmp_path):
    path = write(tmp_path / "r.csv", around_work(np.random.default_rng(9), days=0))
    sets = import_file(FileImport(change.id, "response", path, "other"), with_=opened.measuring)
    assert {item.query for item in sets} == {"r.csv: other"}
    assert set(opened.series.get(sets[0].sha256).value.tolist()) == {7.0}


def test_nothing_on_one_side_is_nothing_to_judge(opened, change, tmp_path):
    with pytest.raises(InvalidInput, match="both sides"):
        judge(change.id, with_=opened.measuring)
    one = Sampled(CSV_METRIC, Series(np.arange(50.0), np.ones(50)))
    freeze(change, WindowName.BEFORE, [one], "UTC", with_=opened.measuring)
    with pytest.raises(InvalidInput, match="both sides"):
        judge(change.id, with_=opened.measuring)


def test_an_empty_reading_is_frozen_as_what_it_is(opened, change):
    none = Sampled(CSV_METRIC, Series(np.empty(0), np.empty(0)), failed=12)
    for window in (WindowName.BEFORE, WindowName.AFTER):
        (item,) = freeze(change, window, [none], "UTC", with_=opened.measuring)
        assert (item.n, item.failed) == (0, 12)
    (found,) = judge(change.id, with_=opened.measuring)
    assert found.verdict in (Verdict.NOT_ENOUGH_DATA, Verdict.NOT_MEASURED)


def test_both_windows_are_measured_on_the_server_and_judged(opened, made, ssh_host):
    metrics = (
        Metric("memory", "Memory", "%", query="memory", source="host", host=ssh_host.id),
        Metric("orders", "Orders", query="orders", source="file", target=Target(1)),
    )
    change = made(ChangeState.IMPLEMENT, metrics=metrics, baseline_s=2.0)
    for window in (WindowName.BEFORE, WindowName.AFTER):
        (item,) = measure(change.id, window, with_=opened.measuring, context=TaskContext())
        assert (item.metric, item.host, item.by) == ("memory", ssh_host.id, "Nomsa")
        assert item.n == len(opened.series.get(item.sha256).at_s) > 1
    (found,) = judge(change.id, with_=opened.measuring)
    assert found.metric_id == "memory"
    assert opened.verify_log().intact


def test_without_a_metric_of_a_host_there_is_nothing_to_measure(opened, change):
    with pytest.raises(InvalidInput, match="read from a host"):
        measure(change.id, WindowName.BEFORE, with_=opened.measuring, context=TaskContext())
    assert change.hosts != (HostId("nowhere"),)


def test_a_control_is_subtracted_and_a_missing_one_is_never_passed_over(
    opened, made, tmp_path, clock
):
    clock.pass_by(days=6)
    metrics = (
        Metric("response", "Order response time", "ms", MetricKind.LATENCY, control="other"),
        Metric("other", "Untouched shop", "ms", MetricKind.LATENCY),
    )
    change = made(ChangeState.IMPLEMENT, metrics=metrics, **WORK)
    for seed, name in ((5, "response"), (6, "other")):
        samples = around_work(np.random.default_rng(seed), days=8, after=1.4)
        path = write(tmp_path / f"{name}.csv", samples)
        import_file(FileImport(change.id, name, path, "ms"), with_=opened.measuring)
    response, other = judge(change.id, with_=opened.measuring)
    assert other.verdict is Verdict.REGRESSED
    assert response.verdict is Verdict.NO_MATERIAL_CHANGE
    assert "Untouched shop, which the change did not touch, moved by +40" in response.sentence

    lonely = made(ChangeState.IMPLEMENT, metrics=metrics[:1], **WORK)
    path = tmp_path / "response.csv"
    import_file(FileImport(lonely.id, "response", path), with_=opened.measuring)
    (found,) = judge(lonely.id, with_=opened.measuring)
    assert found.verdict is Verdict.NOT_ENOUGH_DATA
    assert "The control has too few samples" in found.reason


@pytest.mark.parametrize("renamed", [False, True])
def test_a_series_that_is_named_otherwise_since_the_change_is_not_comparable(
    opened, change, renamed
):
    """A new agent or a renamed host brings another series; its level says nothing of the change."""
    whole, start_s = around_work(np.random.default_rng(5), days=0, after=1.5), THURSDAY.timestamp()
    names = ("web-1", "web-9" if renamed else "web-1")
    is_after = whole.at_s >= start_s + 1200 + SETTLE_S
    sides = (WindowName.BEFORE, whole.at_s < start_s), (WindowName.AFTER, is_after)
    for (window, chosen), name in zip(sides, names, strict=True):
        part = Series(whole.at_s[chosen], whole.value[chosen])
        labelled = Sampled(CSV_METRIC, part, labels=(("instance", name),))
        freeze(change, window, [labelled], "UTC", with_=opened.measuring)
    (found,) = judge(change.id, with_=opened.measuring)
    if renamed:
        assert found.verdict is Verdict.NOT_ENOUGH_DATA
        assert "before and after cannot be compared. The source names" in found.sentence
        assert "Best estimate" not in found.sentence
        assert (found.relative_change, found.interval95) == (None, None), "no figure for no move"
        assert found.before is not None
        assert found.after is not None
        assert "whose labels stay the same" in found.sentence
        assert found.gates == ("other_series",)
    else:
        assert found.verdict is Verdict.REGRESSED
