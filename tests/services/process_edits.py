"""What people type into a change while it walks through the process."""

from dataclasses import replace
from datetime import timedelta

from app.domain.change import Change, ChangeType
from app.domain.review import CloseCode, TestResult
from app.domain.window import TimeRange, Window
from tests.examples import identified, planned
from tests.services.process_cases import with_tests


def of_type(kind: ChangeType):
    return lambda change: replace(change, type=kind, justification="Data leaks now")


def reviewed(change: Change) -> Change:
    return replace(
        change,
        close_code=change.close_code or CloseCode.SUCCESSFUL,
        close_notes="Went well",
        no_lessons=True,
    )


def _later(window: Window | None) -> Window | None:
    if window is None:
        return None
    hour = timedelta(hours=1)
    return Window(TimeRange(window.span.start + hour, window.span.end + hour), window.zone)


EDITS = {
    "say it was reviewed": lambda c: replace(c, reviewed_by="Ayesha"),
    "identify": identified,
    "plan": lambda change: planned(identified(change)),
    "retitle": lambda change: replace(change, title="Another title"),
    "forget the way back": lambda c: replace(c, runbook=replace(c.runbook, steps=())),
    "an emergency": of_type(ChangeType.EMERGENCY),
    "a normal one": of_type(ChangeType.NORMAL),
    "pass the tests": lambda change: with_tests(change, TestResult.PASSED),
    "fail the tests": lambda change: with_tests(change, TestResult.FAILED),
    "review": reviewed,
    "say what was done": lambda c: replace(c, implementation_plan="Restarted it"),
    "watch for less": lambda c: replace(c, monitor_days=c.monitor_days / 2),
    "drop the tests": lambda c: replace(c, tests=()),
    "another service": lambda c: replace(c, business_service=f"{c.business_service}x"),
    "an hour later": lambda c: replace(c, window=_later(c.window)),
    "another implementer": lambda change: replace(change, implementer="Pieter"),
}
