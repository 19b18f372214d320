"""From the records of a change to the figures that the rules of the report look at."""

from app.domain.change import ChangeState
from app.domain.outage import OutageKind
from app.domain.outage import downtime_s as recorded_s
from app.domain.review import TestCase, TestResult
from app.domain.verdict import Verdict
from app.services.approval.quorum import standing_rejections
from app.services.report_content.source import Source
from app.services.review.rag import Criterion, RagFacts, TestTally

_WATCHED = (ChangeState.MONITOR, ChangeState.REVIEW, ChangeState.CLOSED)


def rag_facts(source: Source) -> RagFacts:
    """Return the figures; what is not known stays None."""
    change, run, work = source.change, source.run, source.work
    window_s = over_s = None
    if change.window is not None:
        window_s = change.window.span.duration.total_seconds()
        if work is not None:
            over_s = (work.end - change.window.span.end).total_seconds()
    return RagFacts(
        window_s=window_s,
        over_s=over_s,
        past_deadline=_past_deadline(source),
        planned_downtime_s=planned_downtime_s(source),
        downtime_s=downtime_s(source),
        incidents=_incidents(source),
        criteria=criteria(source),
        tests=tally(change.tests),
        overrides=change.departures,
        rejected=bool(change.work_start and standing_rejections(change)),
        carried_out=run is not None,
        backed_out=change.backed_out,
    )


def _past_deadline(source: Source) -> bool:
    deadline, work, run = source.deadline, source.work, source.run
    if deadline is None:
        return False
    if run is not None and run.backout_at is not None:
        return run.backout_at > deadline
    return work is not None and work.end > deadline


def planned_downtime_s(source: Source) -> float | None:
    """Return the agreed downtime in seconds; None when nobody said."""
    change = source.change
    if change.planned_downtime_min is not None:
        return change.planned_downtime_min * 60
    return 0.0 if change.outage is False else None


def downtime_s(source: Source) -> float | None:
    """Return how long users were without the service, in seconds.

    Outages on record count before the steps of the run: they are what users saw. None before the
    run has ended, or while an outage lasts.
    """
    kinds = [kind for kind in OutageKind if kind.is_down]
    if any(item.kind.is_down for item in source.change.outages):
        return recorded_s(source.change.outages, kinds)
    run = source.run
    if run is None or not run.is_over:
        return None
    return run.downtime_s() or 0.0


def _incidents(source: Source) -> tuple[int, ...] | None:
    change = source.change
    caused = tuple(item.priority for item in change.incidents if item.caused)
    watched = change.monitor_since is not None or change.state in _WATCHED
    return caused if caused or watched else None


def criteria(source: Source) -> tuple[Criterion, ...]:
    """Return the objectives: every metric with an agreed target."""
    agreed = [metric for metric in source.change.metrics if metric.target is not None]
    has_key = any(metric.key for metric in agreed)
    found: list[Criterion] = []
    for position, metric in enumerate(agreed):
        item = source.comparison(metric.id)
        level = item.after if item else None
        found.append(
            Criterion(
                metric.name,
                metric.key if has_key else position == 0,
                metric.target.met_by(level) if metric.target and level is not None else None,
                item is not None and item.verdict is Verdict.REGRESSED,
            )
        )
    return tuple(found)


def tally(tests: tuple[TestCase, ...]) -> TestTally:
    """Count how the tests ended; a waived one did not pass."""
    kinds = [_kind(case) for case in tests]
    return TestTally(*(kinds.count(name) for name in ("passed", "minor", "major", "open")))


def _kind(case: TestCase) -> str:
    if case.result is TestResult.PASSED:
        return "passed"
    if case.result is TestResult.FAILED or case.is_waived:
        return case.severity.value
    return "open"
