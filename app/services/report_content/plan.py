"""Plan against actual: steps, downtime, milestones, deviations."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from app.analysis.chart_axes import time_ticks
from app.domain.run import Run, StepRun, StepState
from app.domain.runbook import Phase, StepKind, timeline
from app.i18n import _, later
from app.services.report_content.code import code
from app.services.report_content.common import Claim, Icon, Mark
from app.services.report_content.deviations import deviations
from app.services.report_content.evidence import EvidenceBook
from app.services.report_content.facts import downtime_s, planned_downtime_s
from app.services.report_content.parts import DowntimeBar, Gantt, MilestoneRow, PlanPart, StepRow
from app.services.report_content.rehearsed import rehearsal_title, rehearsed
from app.services.report_content.source import SHORT_S, Source
from app.services.report_content.units import Unit
from app.services.report_content.words import moment_words
from app.services.run.runbooks import plan_steps
from app.wording import NONE, clock, day, duration, zone_label

_NOTABLE = 5.0
"""A difference of this many of the unit is set in semibold."""
_ROOM = 2.0
"""The axis reaches to the deadline and the window's end only if that does not double it."""


def plan(source: Source, book: EvidenceBook) -> PlanPart:
    """Put the part together; without a run it shows the plan alone."""
    steps = _steps(source)
    unit = _unit(steps)
    noted, by = deviations(source, book)
    ids = book.run(source.run)
    critical = _critical(source)
    rows = tuple(
        replace(_row(number, item, source, unit), critical=item.step.id in critical)
        for number, item in enumerate(steps, start=1)
    )
    rehearsal = rehearsed(source, unit)
    return PlanPart(
        intro=Claim(f"{_intro(source)} {_path_words(source, critical)}".strip(), "", ids),
        header=_header(source),
        unit=unit.name,
        steps=rows,
        total=_total(steps, unit),
        gantt=_gantt(rows, source),
        downtime_title=_downtime_title(source),
        downtime_evidence=ids if downtime_s(source) else (),
        downtime=_downtime(source, unit),
        milestones=_milestones(source, unit),
        milestone_unit=unit.name,
        deviations=noted,
        deviation_by=by,
        effort=_("Effort and cost of the work were not recorded."),
        rehearsal_title=rehearsal_title(source) if rehearsal else "",
        rehearsal=rehearsal,
        rehearsal_unit=unit.name,
        code=code(source),
    )


def _steps(source: Source) -> tuple[StepRun, ...]:
    """Return the steps of the run, or of the runbook as it would start with the window."""
    run, change = source.run, source.change
    if run is not None:
        return tuple(
            item for item in run.steps if item.step.phase is Phase.FORWARD or item.started_at
        )
    forward = change.runbook.in_order(Phase.FORWARD)
    if change.window is None:
        return tuple(StepRun(step) for step in forward)
    times = plan_steps(change.runbook.phase(Phase.FORWARD), change.window.span.start).steps
    return tuple(StepRun(step, planned_start=times[step.id].start) for step in forward)


def _critical(source: Source) -> frozenset[str]:
    """Return the steps whose delay delays the end; none where all follow each other anyway."""
    run = source.run
    steps = [item.step for item in run.steps] if run else list(source.change.runbook.steps)
    slots = timeline(step for step in steps if step.phase is Phase.FORWARD).slots
    found = frozenset(key for key, slot in slots.items() if slot.is_critical)
    return found if len(found) < len(slots) else frozenset()


def _path_words(source: Source, critical: frozenset[str]) -> str:
    if not critical:
        return ""
    run = source.run
    steps = [item.step for item in run.steps] if run else list(source.change.runbook.steps)
    whole = timeline(step for step in steps if step.phase is Phase.FORWARD)
    text = _("Steps in bold are the critical path of the plan, {time}.")
    return text.format(time=duration(whole.total_s))


def _unit(steps: Iterable[StepRun]) -> Unit:
    items = list(steps)
    planned = sum(item.step.estimate_s for item in items)
    actual = sum(item.actual_s or 0.0 for item in items)
    if max(planned, actual) < SHORT_S:
        return Unit(1.0, _("s"))
    return Unit(60.0, _("min"))


def _intro(source: Source) -> str:
    run, work = source.run, source.work
    if run is None:
        return _("The runbook has not been run; only the plan can be shown.")
    if work is None:
        return _("The run has not ended; what is shown is how far it came.")
    done = sum(item.state is StepState.DONE for item in run.steps)
    begun = [item for item in run.steps if item.step.phase is Phase.FORWARD or item.started_at]
    text = _("Work ran from {start} to {end} and took {time}; {done} of {n} steps were done.")
    parts = [
        text.format(
            start=moment_words(work.start, source, dated=True),
            end=moment_words(work.end, source),
            time=duration(work.duration.total_seconds()),
            done=done,
            n=len(begun),
        )
    ]
    planned_s = timeline(i.step for i in run.steps if i.planned_start).total_s
    if planned_s:
        parts.append(_("Planned were {time}.").format(time=duration(planned_s)))
    if source.change.backed_out:
        parts.append(_("The change was backed out."))
    return " ".join(parts)


def _header(source: Source) -> str:
    start = source.work.start if source.work else None
    if start is None:
        return _("Steps; outline: planned")
    return _("Steps on {day}, {zone}; outline planned, solid actual").format(
        day=day(start, source.zone, year=True), zone=zone_label(start, source.zone)
    )


_STATES = {
    StepState.PENDING: (Icon.NONE, later("not begun")),
    StepState.SENT: (Icon.UNKNOWN, later("running")),
    StepState.WAITING: (Icon.UNKNOWN, later("waiting")),
    StepState.DONE: (Icon.NONE, ""),
    StepState.FAILED: (Icon.BAD, later("failed")),
    StepState.STOPPED: (Icon.WATCH, later("stopped")),
    StepState.SKIPPED: (Icon.WATCH, later("skipped")),
    StepState.UNKNOWN: (Icon.UNKNOWN, later("outcome unknown")),
}


def _row(number: int, item: StepRun, source: Source, unit: Unit) -> StepRow:
    step, run = item.step, source.run
    planned = actual = None
    if item.planned_start is not None:
        begin = item.planned_start.timestamp()
        planned = (begin, begin + step.estimate_s)
    if item.started_at is not None:
        end = item.ended_at or (run.ended_at if run else None) or source.now
        actual = (item.started_at.timestamp(), max(end, item.started_at).timestamp())
    diff = None if item.actual_s is None else item.actual_s - step.estimate_s
    icon, word = _STATES[item.state]
    title = step.title
    if step.phase is Phase.BACKOUT:
        title = _("{title} (way back)").format(title=title)
    return StepRow(
        number=str(number),
        title=title,
        host=_host(item, source),
        mark=Mark(icon, _(word)),
        planned=planned,
        actual=actual,
        plan_text=unit.figure(step.estimate_s),
        actual_text=unit.figure(item.actual_s),
        diff_text=unit.difference(diff),
        late=diff is not None and abs(diff) >= _NOTABLE * unit.seconds,
        down=_is_down(item, source),
    )


def _host(item: StepRun, source: Source) -> str:
    """Name the host of a step; a health check without one looks at all of them."""
    hosts = source.change.hosts
    if item.step.kind is StepKind.CHECK and item.step.host is None and len(hosts) > 1:
        return _("{n} hosts").format(n=len(hosts))
    return source.host_name(item.step.host)


def _is_down(item: StepRun, source: Source) -> bool:
    down = _down_span(source)
    if down is None or item.started_at is None or item.ended_at is None:
        return False
    return down[0] <= item.started_at and item.ended_at <= down[1]


def _down_span(source: Source) -> tuple[datetime, datetime] | None:
    run = source.run
    length = run.downtime_s() if run is not None else None
    if run is None or length is None:
        return None
    start = min(
        item.started_at for item in run.steps if item.step.stops_service and item.started_at
    )
    return start, start + timedelta(seconds=length)


def _total(steps: Iterable[StepRun], unit: Unit) -> tuple[str, str, str]:
    items = list(steps)
    planned = sum(item.step.estimate_s for item in items)
    known = [item.actual_s for item in items if item.actual_s is not None]
    if not known:
        return unit.figure(planned), NONE, NONE
    return unit.figure(planned), unit.figure(sum(known)), unit.difference(sum(known) - planned)


def _gantt(rows: tuple[StepRow, ...], source: Source) -> Gantt | None:
    spans = [span for row in rows for span in (row.planned, row.actual) if span is not None]
    if not spans:
        return None
    start, end = min(low for low, _high in spans), max(high for _low, high in spans)
    length = max(end - start, 1.0)
    deadline = source.deadline.timestamp() if source.deadline else None
    closes = source.change.window.span.end.timestamp() if source.change.window else None
    limit = start + _ROOM * length
    if closes is not None and start < closes <= limit:
        end = max(end, closes)
    else:
        closes = None
    deadline = deadline if deadline is not None and start < deadline <= end else None
    down = _down_span(source)
    zone = source.zone
    return Gantt(
        start=start,
        end=end,
        ticks=time_ticks(start, end, zone, most=5),
        down=(down[0].timestamp(), down[1].timestamp()) if down else None,
        down_text=_("service stopped"),
        deadline=deadline,
        deadline_text=_("roll-back until {time}").format(time=clock(source.deadline, zone))
        if deadline is not None and source.deadline
        else "",
        window_end=closes,
        left_text=_left(source) if closes is not None else "",
    )


def _left(source: Source) -> str:
    work, window = source.work, source.change.window
    if work is None or window is None or work.end >= window.span.end:
        return ""
    left_s = (window.span.end - work.end).total_seconds()
    return _("{time} left").format(time=duration(left_s))


def _downtime_title(source: Source) -> str:
    down, planned = _down_span(source), planned_downtime_s(source)
    if source.run is None and planned is None:
        return _("Downtime: nothing was planned")
    if source.run is None:
        return _("Downtime: {planned} planned").format(planned=duration(planned))
    if down is None:
        return _("Downtime: none, the service was never stopped")
    text = _("Downtime: service stopped {start} to {end}").format(
        start=moment_words(down[0], source), end=moment_words(down[1], source)
    )
    if planned is None:
        return text
    return _("{text}, {planned} planned").format(text=text, planned=duration(planned))


def _downtime(source: Source, unit: Unit) -> tuple[DowntimeBar, ...]:
    """Cut the downtime into the steps from the stop of the service to its return."""
    run, down = source.run, _down_span(source)
    if run is None or down is None:
        return ()
    inside = [
        item for item in source.started if item.started_at and down[0] <= item.started_at < down[1]
    ]
    ends = [*(item.started_at for item in inside[1:]), down[1]]
    actual = tuple(
        (item.step.title, (end - item.started_at).total_seconds())
        for item, end in zip(inside, ends, strict=True)
        if item.started_at is not None and end is not None
    )
    planned = tuple((item.step.title, item.step.estimate_s) for item in inside)
    agreed = planned_downtime_s(source)
    total_s = sum(length for _title, length in planned)
    if agreed is not None and agreed > total_s:
        planned = (*planned, (_("reserve"), agreed - total_s))
    shown = max(agreed or 0.0, total_s)
    return (
        DowntimeBar(_("Planned"), planned, duration(shown), down=False),
        DowntimeBar(_("Actual"), actual, duration(downtime_s(source))),
    )


def _milestones(source: Source, unit: Unit) -> tuple[MilestoneRow, ...]:
    run = source.run
    if run is None:
        return ()
    rows: list[MilestoneRow] = []
    forward = [item for item in run.steps if item.step.phase is Phase.FORWARD]
    if not forward:
        return ()
    first, last = forward[0], forward[-1]

    def add(name: str, planned: datetime | None, actual: datetime | None) -> None:
        diff = (actual - planned).total_seconds() if planned and actual else None
        rows.append(
            MilestoneRow(
                name, _moment(planned, source), _moment(actual, source), unit.difference(diff)
            )
        )

    add(_("Work starts"), first.planned_start, first.started_at)
    for item in forward:
        if item.step.stops_service:
            add(_("Service stops"), item.planned_start, item.started_at)
        if item.step.starts_service:
            add(_("Service is back"), _planned_end(item), item.ended_at)
        if item.step.kind is StepKind.GATE and item is not first:
            add(item.step.title, _planned_end(item), item.ended_at)
    add(_("Work ends"), _planned_end(last), _work_end(run))
    return tuple(rows)


def _work_end(run: Run) -> datetime | None:
    return run.ended_at


def _planned_end(item: StepRun) -> datetime | None:
    if item.planned_start is None:
        return None
    return item.planned_start + timedelta(seconds=item.step.estimate_s)


def _moment(at: datetime | None, source: Source) -> str:
    return moment_words(at, source)
