"""The file of a later window: found by its hours, frozen, held against before, day by day."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from app.domain.benefit import Due, Lasting
from app.domain.change import ChangeState
from app.domain.event import NewEvent
from app.domain.metric import Metric, MetricKind, Series, WindowName
from app.errors import IllegalMove, InvalidInput
from app.services.metric import benefits
from app.services.metric.benefit_files import bring_file, look_for_day
from app.services.metric.benefits import remeasure, skip
from app.services.metric.imports import FileImport, import_file
from app.services.metric.verdicts import judge
from app.services.review.reminders import reminders, repeats_of
from app.tasks import TaskContext
from tests.fakes import NOON

HOURS_3, SETTLE_S, DAY_S = 3 * 3600.0, 600.0, 86_400.0
ENDED = NOON + timedelta(minutes=20)
WORK = {"work_start": NOON, "work_end": ENDED, "baseline_s": HOURS_3, "settle_s": SETTLE_S}
ORDERS = Metric("response", "Order response time", "ms", MetricKind.LATENCY, key=True)
MEMORY = Metric("memory", "Memory used", "MB")


def write(path, *parts):
    """Write (start, seconds, level) as one value in ten seconds, with a little noise."""
    rng = np.random.default_rng(3)
    lines = ["time,ms"]
    for start, length_s, level in parts:
        at_s = start.timestamp() + np.arange(0.0, length_s, 10.0)
        value = rng.normal(level, level / 25, len(at_s))
        lines += [f"{at:.0f},{x:.3f}" for at, x in zip(at_s.tolist(), value.tolist(), strict=True)]
    path.write_text("\n".join([*lines, ""]))
    return path


def before(back=0):
    return NOON - timedelta(seconds=HOURS_3) - timedelta(days=back)


def after(later=0):
    return ENDED + timedelta(seconds=SETTLE_S, days=later)


@pytest.fixture
def change(opened, made, clock, tmp_path):
    """Return a closed change whose response time fell from 400 to 200 ms, by a file."""
    clock.pass_by(hours=6)
    change = made(ChangeState.CLOSED, metrics=(ORDERS,), **WORK)
    first = write(tmp_path / "first.csv", (before(), HOURS_3, 400), (after(), HOURS_3, 200))
    import_file(FileImport(change.id, "response", first), with_=opened.measuring)
    judge(change.id, with_=opened.measuring)
    return change


def read(services, change):
    with services.new_uow() as uow:
        return uow.changes.get(change.id)


def measured_by(services, change, *metrics):
    """Give a change that is over these measures."""
    with services.new_uow() as uow:
        uow.changes.save(replace(uow.changes.get(change.id), metrics=metrics))
        uow.log.append(NewEvent("change.edited", "Measures", change.id))
        uow.commit()


@pytest.mark.parametrize(
    ("level", "lasting"), [(200, Lasting.LASTED), (400, Lasting.GONE), (800, Lasting.WORSE)]
)
def test_the_file_of_the_same_hours_says_whether_the_gain_lasted(
    opened, change, clock, tmp_path, level, lasting
):
    clock.pass_by(days=7)
    path = write(tmp_path / "week.csv", (after(5), 4 * DAY_S, level))
    wanted = FileImport(change.id, "response", path)
    seen = look_for_day(wanted, 7, with_=opened.measuring)
    assert (seen.start, seen.end) == (after(7), after(7) + timedelta(seconds=HOURS_3))
    assert (seen.n, seen.days_later) == (1080, 0)
    assert read(opened, change).benefit_checks == ()

    check = bring_file(wanted, 7, with_=opened.measuring)
    assert check.lasting is lasting
    (found,) = check.findings
    assert found.level == pytest.approx(level, rel=0.05)
    assert found.before == pytest.approx(400, rel=0.05)
    assert found.after == pytest.approx(200, rel=0.05)
    kept = read(opened, change)
    assert (kept.state, kept.benefit_checks) == (ChangeState.CLOSED, (check,))
    with opened.new_uow() as uow:
        (again,) = (s for s in uow.samples.list() if s.window is WindowName.REPEATED)
    assert (again.id,) == check.samples
    assert (again.source, again.query, again.n) == ("file", "week.csv", 1080)
    assert opened.series.get(again.sha256).value.mean() == pytest.approx(level, rel=0.05)
    with pytest.raises(IllegalMove, match="done already"):
        bring_file(wanted, 7, with_=opened.measuring)


def test_the_windows_of_another_day_are_never_taken_for_this_one(opened, change, clock, tmp_path):
    clock.pass_by(days=29)
    other_hours = after(8) + timedelta(hours=5)
    path = write(tmp_path / "wrong.csv", (after(4), HOURS_3, 200), (other_hours, HOURS_3, 200))
    wanted = FileImport(change.id, "response", path)
    seen = look_for_day(wanted, 7, with_=opened.measuring)
    assert (seen.n, seen.start) == (0, after(7))
    with pytest.raises(InvalidInput, match=r"Sat 21 Nov 2026 12:30–15:30 UTC"):
        bring_file(wanted, 7, with_=opened.measuring)
    later = write(tmp_path / "later.csv", (after(9), HOURS_3, 200), (after(31), HOURS_3, 200))
    wanted = FileImport(change.id, "response", later)
    assert look_for_day(wanted, 7, with_=opened.measuring).days_later == 2
    with opened.new_uow() as uow:
        assert not [s for s in uow.samples.list() if s.window is WindowName.REPEATED]


def test_a_day_that_has_not_come_or_whose_hours_are_not_over_has_no_file_yet(
    opened, change, clock, tmp_path
):
    wanted = FileImport(change.id, "response", write(tmp_path / "x.csv", (after(7), HOURS_3, 200)))
    with pytest.raises(IllegalMove, match="from Sat 21 Nov 2026 on"):
        look_for_day(wanted, 7, with_=opened.measuring)
    clock.at = ENDED + timedelta(days=7, hours=2)
    with pytest.raises(InvalidInput, match="not over yet"):
        look_for_day(wanted, 7, with_=opened.measuring)


def test_earlier_days_serve_where_they_lie_as_far_from_their_later_window(
    opened, made, clock, tmp_path
):
    clock.pass_by(hours=6)
    change = made(ChangeState.CLOSED, metrics=(ORDERS,), **WORK)
    history = [
        (before(back), HOURS_3 + SETTLE_S + 1200 + HOURS_3, 400) for back in range(56, 0, -1)
    ]
    first = write(
        tmp_path / "long.csv", *history, (before(), HOURS_3, 400), (after(), HOURS_3, 300)
    )
    import_file(FileImport(change.id, "response", first), with_=opened.measuring)
    (found,) = judge(change.id, with_=opened.measuring)
    assert found.reference_days >= 4
    clock.pass_by(days=7)
    path = write(tmp_path / "week.csv", (after(7), HOURS_3, 300))
    check = bring_file(FileImport(change.id, "response", path), 7, with_=opened.measuring)
    assert check.lasting is Lasting.LASTED
    assert "earlier days" in check.findings[0].sentence


def test_a_change_of_files_and_hosts_is_partly_measured_until_both_are_there(
    opened, change, clock, tmp_path, ssh_host, monkeypatch
):
    memory = replace(MEMORY, query="memory", source="host", host=ssh_host.id)
    measured_by(opened, change, ORDERS, memory)
    early = write(tmp_path / "memory.csv", (before(), HOURS_3, 500))
    import_file(FileImport(change.id, "memory", early), with_=opened.measuring)
    clock.pass_by(days=7)
    wanted = FileImport(
        change.id, "response", write(tmp_path / "week.csv", (after(7), HOURS_3, 200))
    )
    bring_file(wanted, 7, with_=opened.measuring)
    with pytest.raises(InvalidInput, match="measured already"):
        bring_file(wanted, 7, with_=opened.measuring)
    partly = read(opened, change)
    (date,) = (d for d in repeats_of(partly).dates(clock.at) if d.days == 7)
    assert (date.state, date.left) == (Due.PARTLY, ("memory",))
    (due,) = reminders(partly, clock.at)
    assert due.what == "Measure the 1 measure that is left, 7 days after the work"
    entry = opened.queries.events(change=change.id)[0]
    assert entry.text == "Measured again after 7 days: the gain lasted; 1 measure is left"

    def sample(change_id, window, *, with_, context, only):
        assert only == ("memory",)
        from app.services.metric.metrics import freeze
        from app.services.metric.sampling import Sampled

        at_s = after(7).timestamp() + np.arange(0.0, HOURS_3, 10.0)
        noise = np.random.default_rng(1).normal(500, 5, len(at_s))
        part = [Sampled(memory, Series(at_s, noise))]
        return freeze(read(opened, change), window, part, "UTC", with_=with_)

    monkeypatch.setattr(benefits, "measure", sample)
    check = remeasure(change.id, 7, with_=opened.measuring, context=TaskContext())
    assert [item.metric_id for item in check.findings] == ["response", "memory"]
    assert len(check.samples) == 2
    assert reminders(read(opened, change), clock.at) == ()
    assert len(read(opened, change).benefit_checks) == 1


def test_what_is_left_of_a_day_is_left_out_with_a_reason(opened, change, clock, tmp_path):
    measured_by(opened, change, ORDERS, MEMORY)
    clock.pass_by(days=7)
    path = write(tmp_path / "week.csv", (after(7), HOURS_3, 200))
    with pytest.raises(InvalidInput, match="no samples from before"):
        bring_file(FileImport(change.id, "memory", path), 7, with_=opened.measuring)
    with opened.new_uow() as uow:
        assert not [s for s in uow.samples.list() if s.window is WindowName.REPEATED]
    bring_file(FileImport(change.id, "response", path), 7, with_=opened.measuring)
    check = skip(change.id, 7, "Memory was never measured", desk=opened.desk)
    assert (check.lasting, check.skipped) == (Lasting.LASTED, "Memory was never measured")
    kept = read(opened, change)
    assert kept.benefit_checks == (check,)
    assert next(d for d in repeats_of(kept).dates(clock.at) if d.days == 7).state is Due.DONE


def test_other_days_are_agreed_on_and_one_that_has_come_stays(opened, change, clock):
    agreed = benefits.agree_days(change.id, (180, 7, 30), desk=opened.desk)
    assert agreed.benefit_days == (7, 30, 180)
    assert read(opened, change).benefit_days == (7, 30, 180)
    assert [date.days for date in repeats_of(agreed).dates(clock.now())] == [7, 30, 180]
    (told, *_before) = [event.text for event in opened.queries.events(change=change.id)]
    assert told == "Measured again after the work: 7, 30, 180 days (was 7, 30, 90 days)"

    clock.pass_by(days=8)
    with pytest.raises(IllegalMove, match="after 7 days has come") as refused:
        benefits.agree_days(change.id, (30,), desk=opened.desk)
    assert "leave it out" in refused.value.hint
    assert benefits.agree_days(change.id, (7,), desk=opened.desk).benefit_days == (7,)
    skip(change.id, 7, "the host is gone", desk=opened.desk)
    with pytest.raises(IllegalMove, match="so it stays"):
        benefits.agree_days(change.id, (), desk=opened.desk)


@pytest.mark.parametrize("days", [(0,), (-7,), (3651,), tuple(range(1, 14))])
def test_days_that_no_calendar_of_a_change_holds_are_refused(opened, change, days):
    with pytest.raises(InvalidInput, match="each from 1 to 3650"):
        benefits.agree_days(change.id, days, desk=opened.desk)
    assert read(opened, change).benefit_days == (7, 30, 90)
