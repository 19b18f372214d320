"""Around a run: missed windows, learned durations, proofs, rehearsal beside live, the timeline."""

import zipfile
from dataclasses import replace
from datetime import datetime, timedelta
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.bootstrap import Surroundings, open_services
from app.domain.change import ChangeState
from app.domain.ids import ChangeId, HostId, RunId
from app.domain.run import Run, RunMode, RunState, StepRun, StepState
from app.domain.runbook import Runbook, Step, StepKind
from app.domain.template import Recurrence
from app.domain.window import TimeRange, Window
from app.errors import IllegalMove, InvalidInput
from app.services.attachments import MOST_BYTES
from app.services.change.changes import edit_change, open_change
from app.services.dossiers import export_dossier
from app.services.run import decisions, execution
from app.services.run.estimates import Past, calibrate, learn, past_steps
from app.services.run.proofs import attach_proof, is_picture
from app.services.run.rehearsals import compare, newest_rehearsal
from app.services.run.timeline import EntryKind, timeline
from app.services.schedule.missed import note_missed
from app.services.template import recurrence, templates
from app.tasks import TaskContext
from tests.fakes import NOON

WINDOW = Window(TimeRange(NOON - timedelta(hours=3), NOON - timedelta(hours=1)))


@pytest.mark.parametrize(
    ("open_since", "asleep_until", "words"),
    [
        (NOON, None, "was not open during"),
        (NOON - timedelta(hours=2), None, "opened after the window had begun"),
        (NOON - timedelta(hours=9), None, "nobody started it"),
        (NOON - timedelta(hours=9), NOON - timedelta(hours=2), "slept during the window"),
    ],
)
def test_a_window_that_passed_without_a_run_is_noted_once_with_its_cause(
    opened, made, open_since, asleep_until, words
):
    change = made(ChangeState.SCHEDULED, window=WINDOW)
    made(ChangeState.SCHEDULED)  # its window is still open
    (run,) = note_missed(desk=opened.desk, open_since=open_since, asleep_until=asleep_until)
    assert (run.change, run.state, run.is_over, run.is_live) == (
        change.id, RunState.MISSED, True, False,
    )  # fmt: skip
    assert words in run.cause
    assert note_missed(desk=opened.desk, open_since=open_since) == ()
    assert change.id not in {live.change.id for live in opened.first.home(NOON).running}


def test_a_new_window_can_be_missed_again(opened, made, clock):
    change = made(ChangeState.SCHEDULED, window=WINDOW)
    note_missed(desk=opened.desk, open_since=NOON)
    later = Window(TimeRange(NOON + timedelta(hours=1), NOON + timedelta(hours=2)))
    with opened.new_uow() as uow:
        kept = uow.changes.get(change.id)
    edit_change(kept.id, lambda c: replace(c, window=later), desk=opened.desk)
    clock.pass_by(hours=3)
    assert len(note_missed(desk=opened.desk, open_since=NOON)) == 1


def past(actual_s, estimate_s=600.0, title="stop", family="", step="a"):
    return Past(title, StepKind.COMMAND, step, family, estimate_s, actual_s)


@given(st.lists(st.floats(1, 1e5), min_size=3, max_size=40))
def test_what_was_learned_lies_within_what_happened(durations):
    found = learn(Step("x", " Stop ", StepKind.COMMAND), [past(value) for value in durations])
    assert found is not None
    assert found.n == len(durations)
    assert found.p50_s == median(durations)
    assert min(durations) <= found.p50_s <= found.p90_s * (1 + 1e-9)
    assert found.p90_s <= max(durations) * (1 + 1e-9)
    assert sum(value <= found.p90_s * (1 + 1e-9) for value in durations) >= 0.9 * (
        len(durations) - 1
    )


def test_only_the_same_step_counts_and_too_few_say_nothing():
    step = Step("a", "Stop", StepKind.COMMAND)
    assert learn(step, [past(1.0), past(2.0)]) is None
    other = [past(9.0, title="start"), replace(past(9.0), kind=StepKind.CHECK)]
    assert learn(step, [past(1.0), past(2.0), *other]) is None
    renamed = [past(float(n), title="halt", family="f") for n in (1, 2, 3)]
    assert learn(step, renamed) is None
    assert learn(step, renamed, "f").p50_s == 2.0


def test_estimates_are_calibrated_by_estimates_of_about_the_same_length():
    slow = [past(1.7 * e, e, title=f"t{e}") for e in (400.0, 600.0, 900.0)]
    far = [past(60.0, 60.0), past(36000.0, 36000.0)]
    found = calibrate(600.0, [*slow, *far])
    assert (found.n, round(found.p50_s)) == (3, 1020)
    assert calibrate(0.0, slow) is None


def test_rehearsals_are_never_learned_from(opened, made, clock):
    steps = (Step("a", "Look", StepKind.MANUAL),)
    change = made(ChangeState.SCHEDULED, runbook=Runbook(steps))
    run = execution.start_run(change.id, execution.Beginning(RunMode.REHEARSAL), desk=opened.desk)
    for _ in range(2):
        run = execution.play(run.id, {}, desk=opened.desk, context=TaskContext())
        if not run.is_over:
            clock.pass_by(minutes=1)
            decisions.confirm_step(run.id, "a", "", desk=opened.desk)
    assert run.state is RunState.DONE
    assert past_steps(opened.queries, desk=opened.desk) == ()
    live = made(ChangeState.IMPLEMENT, runbook=Runbook(steps))
    run = execution.start_run(live.id, desk=opened.desk)
    execution.play(run.id, {}, desk=opened.desk, context=TaskContext())
    clock.pass_by(minutes=4)
    decisions.confirm_step(run.id, "a", "", desk=opened.desk)
    execution.play(run.id, {}, desk=opened.desk, context=TaskContext())
    (found,) = past_steps(opened.queries, desk=opened.desk)
    assert (found.title, found.actual_s) == ("look", 240.0)


PNG = b"\x89PNG\r\n\x1a\n" + b"x" * 40


@pytest.fixture
def waiting(opened, made):
    """A live run that waits at a manual step which needs a proof."""
    book = Runbook((Step("m", "Photo", StepKind.MANUAL, proof=True),))
    change = made(ChangeState.IMPLEMENT, runbook=book)
    run = execution.start_run(change.id, desk=opened.desk)
    return execution.play(run.id, {}, desk=opened.desk, context=TaskContext())


def test_a_step_that_needs_a_proof_is_not_done_without_one(opened, waiting):
    with pytest.raises(IllegalMove, match="file or a photo"):
        decisions.confirm_step(waiting.id, "m", "done", desk=opened.desk)
    attach_proof(
        waiting.id, "m", "C:\\x\\..\\rack\x1b[31m.png", PNG, desk=opened.desk, files=opened.files
    )
    run = decisions.confirm_step(waiting.id, "m", "done", desk=opened.desk)
    (proof,) = run.of("m").proofs
    assert opened.files.get(proof.sha256) == PNG
    assert (proof.name, proof.captured_by) == ("rack_[31m.png", "Nomsa")
    assert is_picture(PNG) == "png"
    with pytest.raises(IllegalMove, match="is over"):
        attach_proof(run.id, "m", "b.png", PNG, desk=opened.desk, files=opened.files)


def test_a_proof_is_evidence_of_the_change_and_in_its_dossier(opened, waiting, tmp_path):
    data = b"\xff\xd8\xff\xe0photo"
    attach_proof(waiting.id, "m", "rack.exe", data, desk=opened.desk, files=opened.files)
    attach_proof(waiting.id, "m", "again.jpg", data, desk=opened.desk, files=opened.files)
    target = tmp_path / "d.zip"
    export_dossier(
        waiting.change, target, new_uow=opened.new_uow, files=opened.files, series=opened.series
    )
    with zipfile.ZipFile(target) as archive:
        kept = [archive.read(n) for n in archive.namelist() if n.startswith("attachments/")]
    assert kept
    assert set(kept) == {data}


@pytest.mark.parametrize("data", [b"", b"x" * (MOST_BYTES + 1)])
def test_an_empty_or_a_huge_proof_is_refused(opened, waiting, data):
    with pytest.raises(InvalidInput):
        attach_proof(waiting.id, "m", "a", data, desk=opened.desk, files=opened.files)


@given(st.binary(max_size=64))
def test_what_a_picture_is_follows_from_its_bytes(data):
    assert is_picture(data) in ("", "png", "jpeg")


def done(key, seconds, kind=StepKind.COMMAND, host="h"):
    step = Step(key, f"Step {key}", kind, HostId(host) if host else None)
    return StepRun(step, StepState.DONE, None, NOON, NOON + timedelta(seconds=seconds))


def test_the_greatest_surprise_comes_first_and_walked_steps_have_none():
    rehearsal = Run(
        RunId("1"), ChangeId("c"), "", RunState.DONE,
        (done("a", 60), done("b", 60), done("c", 5), done("w", 5, host="other")),
        mode=RunMode.REHEARSAL, stand_ins=((HostId("h"), HostId("s")),),
    )  # fmt: skip
    live = Run(
        RunId("2"), ChangeId("c"), "", RunState.DONE,
        (done("a", 90), done("b", 600), done("c", 7), done("w", 900, host="other"), done("n", 1)),
    )  # fmt: skip
    found = compare(rehearsal, live)
    assert [item.step for item in found] == ["b", "a", "c", "w"]
    assert found[-1].walked
    assert found[-1].surprise is None
    assert newest_rehearsal([rehearsal, live], live) is rehearsal
    assert newest_rehearsal([rehearsal, live], rehearsal) is None


def test_the_timeline_holds_steps_notes_and_deviations_in_order(opened, waiting, clock):
    clock.pass_by(minutes=5)
    decisions.add_note(
        waiting.id, "Phone call", clock.now() - timedelta(minutes=2), desk=opened.desk
    )
    run = decisions.skip_step(waiting.id, "m", "Not today", desk=opened.desk)
    run = decisions.pin(run.id, f"note:{run.notes[0].id}", desk=opened.desk)
    entries = timeline(run, opened.queries.events(change=run.change))
    assert [entry.at for entry in entries] == sorted(entry.at for entry in entries)
    kinds = [entry.kind for entry in entries]
    assert kinds.count(EntryKind.NOTE) == 1
    assert EntryKind.DEVIATION in kinds
    (pinned,) = [entry for entry in entries if entry.pinned]
    assert (pinned.text, pinned.recorded_at - pinned.at) == ("Phone call", timedelta(minutes=2))


WEEKLY = Recurrence("FREQ=WEEKLY;BYDAY=SA", datetime(2026, 11, 7, 22, 0), "Europe/Berlin", 90, 3)


@pytest.fixture
def recurring(opened, made):
    change = made()
    template = templates.make_template(change.id, "Patch", desk=opened.desk)
    return recurrence.set_recurrence(template.id, WEEKLY, desk=opened.desk)


def drafts(opened):
    with opened.new_uow() as uow:
        return [change for change in uow.changes.list() if change.template]


def test_drafts_come_ahead_of_their_window_and_never_twice(opened, recurring, clock):
    assert clock.now() == NOON  # a Saturday
    (first,) = recurrence.make_due(desk=opened.desk)
    assert first.title.endswith("Sat 14 Nov 2026")
    assert first.window.start_wall.replace(tzinfo=None) == datetime(2026, 11, 14, 22, 0)
    assert first.window.span.duration == timedelta(minutes=90)
    assert recurrence.make_due(desk=opened.desk) == ()
    clock.pass_by(days=5)
    assert len(recurrence.make_due(desk=opened.desk)) == 1
    assert recurrence.make_due(desk=opened.desk) == ()
    assert len(drafts(opened)) == 2


def test_what_was_missed_is_seen_and_can_be_made_later(opened, recurring, clock):
    clock.pass_by(days=16)
    made = recurrence.make_due(desk=opened.desk)
    with opened.new_uow() as uow:
        template = uow.templates.get(recurring.id)
    missed = template.recurrence.missed
    assert missed == tuple(datetime(2026, 11, day, 22, 0) for day in (14, 21, 28))
    assert len(made) == 0
    change = recurrence.make_missed(template.id, missed[0], desk=opened.desk)
    assert change.window is None
    with pytest.raises(IllegalMove, match="not missed"):
        recurrence.make_missed(template.id, missed[0], desk=opened.desk)


def test_a_draft_in_the_hour_that_does_not_exist_has_no_window(opened, made, clock):
    template = templates.make_template(made().id, "Patch", desk=opened.desk)
    rule = replace(WEEKLY, rule="FREQ=YEARLY", start=datetime(2026, 3, 29, 2, 30), lead_days=200)
    recurrence.set_recurrence(template.id, rule, desk=opened.desk)
    clock.at = datetime(2027, 1, 1, tzinfo=NOON.tzinfo)
    (change,) = recurrence.make_due(desk=opened.desk)  # 29 Mar 2027: the gap is on the 28th
    assert change.window is not None
    clock.at = datetime(2026, 1, 1, tzinfo=NOON.tzinfo)
    again = replace(rule, handled_until=clock.at)
    recurrence.set_recurrence(template.id, again, desk=opened.desk)
    (change,) = recurrence.make_due(desk=opened.desk)
    assert change.window is None


@pytest.mark.parametrize(
    "rule",
    ["", "FREQ=SECONDLY", "FREQ=WEEKLY;BYDAY=XX", "RRULE:FREQ=DAILY", "FREQ=DAILY;EXEC=1",
     "DAILY", "FREQ=WEEKLY\nRDATE:20260101"],
)  # fmt: skip
def test_a_rule_that_cannot_be_meant_is_refused(rule):
    with pytest.raises(InvalidInput):
        recurrence.check_rule(replace(WEEKLY, rule=rule))


def test_start_up_makes_what_is_due(clock, tmp_path, secrets):
    around = Surroundings(clock, "Nomsa", secrets)
    services = open_services(tmp_path / "other", around)
    change = open_change("Patch", desk=services.desk)
    book = Runbook((Step("m", "Look", StepKind.MANUAL),))
    edit_change(change.id, lambda c: replace(c, runbook=book), desk=services.desk)
    template = templates.make_template(change.id, "Patch", desk=services.desk)
    recurrence.set_recurrence(template.id, WEEKLY, desk=services.desk)
    services.close()
    for _ in range(2):
        services = open_services(tmp_path / "other", around)
        assert len(drafts(services)) == 1
        services.close()
