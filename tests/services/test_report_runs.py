"""What the report says of the run beyond its times: critical path, deviations, rehearsal."""

from dataclasses import replace

from app.domain.run import Deviation, DeviationKind, RunMode
from app.domain.runbook import Phase
from app.services.review.reports import report_data
from tests.reports import sample


def rehearsed_night():
    """The full record with a rehearsal before the live run that went twice as fast."""
    source = sample.full()
    live = source.run
    steps = tuple(
        replace(
            item,
            ended_at=item.started_at + (item.ended_at - item.started_at) / 2
            if item.started_at and item.ended_at
            else None,
        )
        for item in live.steps
    )
    stand_ins = tuple((host.id, f"spare-{host.id}") for host in source.hosts)
    rehearsal = replace(
        live, id="a-rehearsal", mode=RunMode.REHEARSAL, stand_ins=stand_ins, steps=steps
    )
    return replace(source, runs=(*source.runs, rehearsal))


def test_a_rehearsal_stands_beside_the_live_run_and_counts_in_nothing_else():
    source = rehearsed_night()
    plain, _ = report_data(sample.full())
    data, _ = report_data(source)
    assert source.run.mode is RunMode.LIVE
    assert data.plan.rehearsal
    assert "Rehearsed" in data.plan.rehearsal_title
    assert plain.plan.rehearsal == ()
    assert data.plan.steps == plain.plan.steps
    assert data.plan.deviations == plain.plan.deviations


def test_steps_of_the_critical_path_are_told_apart_where_some_have_slack():
    source = sample.full()
    run = source.run
    first, second, *rest = [item for item in run.steps if item.step.phase is Phase.FORWARD]
    beside = replace(second, step=replace(second.step, after=(), estimate_s=1.0))
    joined = replace(rest[0], step=replace(rest[0].step, after=(first.step.id, second.step.id)))
    changed = run.with_step(beside).with_step(joined)
    data, _ = report_data(replace(source, runs=(changed,)))
    marks = {row.number: row.critical for row in data.plan.steps}
    assert marks["1"]
    assert not marks["2"]
    assert "critical path" in data.plan.intro.text
    plain, _ = report_data(source)
    assert not any(row.critical for row in plain.plan.steps)


def test_work_outside_the_plan_is_printed_among_the_deviations():
    source = sample.full()
    run = source.run
    beside = Deviation(DeviationKind.UNPLANNED, "", "Restarted the proxy", run.started_at)
    data, _ = report_data(replace(source, runs=(replace(run, deviations=(beside,)),)))
    told = {note.claim.lead: note.claim.text for note in data.plan.deviations}
    assert told["Unplanned step."].startswith("Restarted the proxy")


def test_a_gate_past_the_deadline_and_an_overrun_of_the_p90_are_printed():
    source = sample.full()
    run = source.run
    item = next(item for item in run.steps if item.actual_s)
    slow = replace(item, step=replace(item.step, estimate_s=1.0, p90_s=item.actual_s - 1))
    late = Deviation(
        DeviationKind.PAST_DEADLINE,
        item.step.id,
        "Gate “Go” was passed 3 min after",
        run.started_at,
    )
    changed = replace(run.with_step(slow), deviations=(late,))
    data, _ = report_data(replace(source, runs=(changed,)))
    told = [note.claim.text + note.claim.lead for note in data.plan.deviations]
    assert any("3 min after" in text and "Past the deadline" in text for text in told)
    assert any("P90" in text and "Overrun" in text for text in told)
