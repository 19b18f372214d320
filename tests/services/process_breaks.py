"""What takes each guard of the process away, and a piece of what it says then."""

from dataclasses import replace
from datetime import timedelta

from app.domain.backup import Level
from app.domain.change import Change, ChangeState, ChangeType
from app.domain.conflict import Conflict, Reason
from app.domain.health import CheckResult, Health, Reading
from app.domain.ids import ChangeId
from app.domain.people import Contact, Person, Role
from app.domain.review import Incident, Override, TestResult
from app.domain.run import RunState, StepState
from app.domain.runbook import Runbook
from app.domain.task import ChangeTask
from app.domain.verdict import Verdict
from app.domain.window import TimeRange, Window
from app.domain.work import Work
from app.services.change.transitions import Facts
from tests.examples import DB, RESPONSE, checked
from tests.fakes import NOON
from tests.services.process_cases import (
    HOUR,
    Break,
    Case,
    approved,
    backup,
    blank,
    run_of,
    verdict,
    with_tests,
)

S = ChangeState


def of_change(**fields: object) -> Break:
    return lambda change, facts: (replace(change, **fields), facts)


def of_facts(**fields: object) -> Break:
    return lambda change, facts: (change, replace(facts, **fields))


def _critical(change: Change, facts: Facts) -> Case:
    bad = checked(change)
    result = replace(bad.results[0], reading=Reading(Health.CRITICAL, "0 % idle"))
    return change, replace(facts, health=(replace(bad, results=(result,)),))


def _warned(change: Change, facts: Facts) -> Case:
    fine = checked(change)
    more = (
        CheckResult("fs.space", "Space", Reading(Health.WARNING, "91 %"), item="/var"),
        CheckResult("log.kernel", "Kernel log", Reading(Health.UNKNOWN, "not permitted")),
    )
    return change, replace(facts, health=(replace(fine, results=(*fine.results, *more)),))


def _too_many_needed(change: Change, facts: Facts) -> Case:
    return change, replace(facts, settings=replace(facts.settings, approvals_low=2))


def _further_needed(change: Change, facts: Facts) -> Case:
    risk = change.risk
    assert risk is not None
    high = replace(change, risk=replace(risk, residual=risk.inherent), approvals=())
    return approved(high), facts


def _window_passed(change: Change, facts: Facts) -> Case:
    return change, replace(facts, now=NOON + 3 * HOUR - timedelta(seconds=1))


def _starter_waived(change: Change, facts: Facts) -> Case:
    waived = Override("backup", "Backup proven", "Pieter", "No time", NOON)
    return replace(change, overrides=(waived,)), replace(facts, backups=(), actor="pieter ")


def _worked_since(change: Change, facts: Facts) -> Case:
    own = Work(DB.id, change.id, change.number, "Upgrade", NOON + HOUR / 2)
    return change, replace(facts, work=(own,))


def _steps(*directions: str) -> Break:
    def alter(change: Change, facts: Facts) -> Case:
        kept = tuple(step for step in change.runbook.steps if step.phase.value in directions)
        changed = replace(change, runbook=Runbook(kept))
        return changed, facts

    return alter


def _child(change: Change, facts: Facts) -> Case:
    child = replace(blank(S.DRAFT), id=ChangeId("c2"), number="CHG-000002")
    return change, replace(facts, children=(child,))


def _without(change: Change, facts: Facts, name: str) -> Case:
    return replace(change, **{name: None}), facts


IN_THE_WAY = {
    reason: Conflict(reason, "db-01", TimeRange(NOON, NOON + HOUR), other_number="CHG-000009")
    for reason in Reason
}
NO_NEED = replace(blank().need, category=None)
UNSHOWN = replace(blank().need, evidence=())
BASICS: dict[str, tuple[Break, str]] = {
    "title": (of_change(title=" "), "No title"),
    "need": (of_change(need=NO_NEED), "None chosen"),
    "description": (of_change(description=""), "What is wrong is not said"),
    "requester": (of_change(requested_by=""), "Nobody is named"),
    "need_evidence": (of_change(need=UNSHOWN), "no reason why there is none"),
    "hosts": (of_change(hosts=(), business_service=""), "No host and no service"),
}
JUSTIFIED: dict[str, tuple[Break, str]] = {
    "emergency": (of_change(type=ChangeType.NORMAL), "not an emergency"),
    "justification": (of_change(justification=""), "Not given"),
}
CHILDREN: dict[str, tuple[Break, str]] = {"children": (_child, "CHG-000002")}
CONFLICT: dict[str, tuple[Break, str]] = {
    "conflict": (of_facts(conflicts=(IN_THE_WAY[Reason.SAME_HOST],)), "CHG-000009")
}
FREEZE: dict[str, tuple[Break, str]] = {
    "freeze": (of_facts(conflicts=(IN_THE_WAY[Reason.FREEZE],)), "The freeze “db-01”")
}
FREEZE_NOW: dict[str, tuple[Break, str]] = {
    "freeze_now": (of_facts(freezes=("Year end",)), "Frozen now: Year end")
}
LISTED = tuple(Person(role.value, f"A listed {role.value}", (role,)) for role in Role)
WHO: dict[str, tuple[Break, str]] = {
    "who": (of_facts(actor="Thabo", people=LISTED), "may do this"),
}
BREAKS: dict[tuple[ChangeState, ChangeState], dict[str, tuple[Break, str]]] = {
    (S.DRAFT, S.ASSESS): {**BASICS, **WHO},
    (S.DRAFT, S.SCHEDULED): {
        "title": BASICS["title"],
        "requester": BASICS["requester"],
        "template": (of_facts(origin=None), "not opened from a template"),
        "plan": (of_change(runbook=Runbook()), "no step forward"),
        "window_set": (of_change(window=None), "No maintenance window"),
        "inside": (
            of_facts(conflicts=(IN_THE_WAY[Reason.OUTSIDE],)),
            "outside the maintenance windows",
        ),
        **FREEZE,
        **CONFLICT,
        **WHO,
    },
    (S.DRAFT, S.AUTHORIZE): {
        **{name: case for name, case in BASICS.items() if name != "hosts"},
        **JUSTIFIED,
        **WHO,
    },
    (S.DRAFT, S.REVIEW): {
        **BASICS,
        "retrospective": (of_change(retrospective_reason=""), "with a reason"),
        "work_times": (of_change(work_end=None), "is not said"),
        "what_was_done": (of_change(implementation_plan=""), "Not written down"),
        "implementer": (of_change(implementer=" "), "Nobody is named"),
        **WHO,
    },
    (S.ASSESS, S.AUTHORIZE): {
        "impact": (of_change(impact=type(blank().impact)()), "Who is hurt"),
        "scope": (of_change(scope=type(blank().scope)()), "What is touched"),
        "option": (of_change(options=()), "No option is chosen"),
        "plan": (_steps("forward"), "no step back"),
        "test_plan": (of_change(tests=(), test_plan=""), "No test case"),
        "criteria": (
            lambda c, f: (replace(c, metrics=(replace(RESPONSE, target=None),)), f),
            "No metric with a target",
        ),
        "window_set": (
            of_change(window=Window(TimeRange(NOON, NOON + timedelta(seconds=5)))),
            "shorter than the runbook",
        ),
        "outage": (of_change(outage=None), "Whether users notice"),
        "risk": (of_change(risk=None), "not assessed"),
        "communication": (of_change(communication_plan=""), "nobody is told"),
        "baseline_planned": (
            lambda c, f: (replace(c, metrics=(replace(RESPONSE, source=""),)), f),
            "Order response time",
        ),
        "checked_dates": (of_change(schedule_check=None), "not checked for this window"),
        **CONFLICT,
        **WHO,
    },
    (S.ASSESS, S.DRAFT): WHO,
    (S.AUTHORIZE, S.SCHEDULED): {
        "approved": (_too_many_needed, "1 of 2 approvals"),
        "second_approval": (_further_needed, "Owner of the service: 0 of 1"),
        **FREEZE,
        **CONFLICT,
    },
    (S.AUTHORIZE, S.REJECTED): {"rejected": (of_change(approvals=()), "Nobody has rejected")},
    (S.AUTHORIZE, S.DRAFT): WHO,
    (S.AUTHORIZE, S.IMPLEMENT): {
        **JUSTIFIED,
        "implementer": (of_change(implementer=""), "Nobody is named"),
        "plan_forward": (_steps("backout"), "no step forward"),
        "plan_back": (_steps("forward"), "no step back"),
        **FREEZE_NOW,
        "backup": (of_facts(backups=()), "no usable backup"),
        "starter": (_starter_waived, "somebody else starts"),
        "checked": (of_facts(health=()), "No health check of db-01"),
        **WHO,
    },
    (S.REJECTED, S.DRAFT): WHO,
    (S.SCHEDULED, S.ASSESS): WHO,
    (S.SCHEDULED, S.IMPLEMENT): {
        "approved": (of_change(backout_plan="Another way"), "not the one that was approved"),
        "implementer": (of_change(implementer=" "), "Nobody is named"),
        "window_open": (of_facts(now=NOON - 2 * HOUR), "has not opened yet"),
        **FREEZE_NOW,
        "backup": (
            lambda c, f: (c, replace(f, backups=(backup(c, Level.INTACT),))),
            "needed is",
        ),
        "starter": (_starter_waived, "somebody else starts"),
        "checked": (of_facts(health=()), "No health check of db-01"),
        "checks_green": (_critical, "db-01: critical: Processor load"),
        "checks_seen": (_warned, "db-01: warning: Space /var; could not be read: Kernel log"),
        "baseline": (of_facts(samples=()), "Order response time"),
        "way_back": (_window_passed, "after the latest start of a roll-back"),
        "contacts": (of_change(contacts=(Contact("Thabo"),)), "Not confirmed: Thabo"),
        **WHO,
    },
    (S.IMPLEMENT, S.TEST): {
        "run": (
            lambda c, f: (c, replace(f, runs=(run_of(c, RunState.DONE, StepState.FAILED),))),
            "Not done: Upgrade",
        ),
        "stamped": (of_change(work_end=None), "has not stamped"),
        **WHO,
    },
    (S.IMPLEMENT, S.BACKOUT): {},
    (S.TEST, S.BACKOUT): {},
    (S.MONITOR, S.BACKOUT): {},
    (S.BACKOUT, S.REVIEW): {
        "backed_out": (of_facts(runs=()), "has not ended"),
        "checked_after": (of_facts(health=()), "since the roll-back"),
        **WHO,
    },
    (S.TEST, S.IMPLEMENT): {
        "test_failed": (lambda c, f: (with_tests(c, TestResult.PASSED), f), "No test has failed"),
        "window_open": (of_facts(now=NOON - 2 * HOUR), "has not opened yet"),
        "way_back": (_window_passed, "latest start of a roll-back has passed"),
        "backup": (_worked_since, "“Upgrade” of CHG-000001 ended there"),
        "starter": (_starter_waived, "somebody else starts"),
        **WHO,
    },
    (S.TEST, S.MONITOR): {
        "tests": (
            lambda c, f: (with_tests(c, TestResult.OPEN), f),
            "No result for: Place an order",
        ),
        **WHO,
    },
    (S.MONITOR, S.REVIEW): {
        "observed": (of_change(monitor_since=NOON), "Watched until"),
        "measured_after": (of_facts(samples=()), "Too few samples after"),
        "judged": (of_facts(comparisons=()), "Not judged: Order response time"),
        "incidents": (of_change(incidents=(Incident("INC-7", "Slow", caused=True),)), "INC-7"),
        **WHO,
    },
    (S.REVIEW, S.CLOSED): {
        "close_code": (of_change(close_code=None), "No close code"),
        "close_notes": (of_change(close_notes=""), "No close notes"),
        "tasks": (of_change(tasks=(ChangeTask("t1", "Tell the desk"),)), "Tell the desk"),
        "reviewed": (of_change(reviewed_by="sipho "), "reviewer is the implementer"),
        "decided": (of_change(type=ChangeType.EMERGENCY), "Nobody but the implementer"),
        "lessons": (of_change(no_lessons=False), "nobody said “none”"),
        "log_entry": (of_facts(log_entries=0), "Nobody has written into the log"),
        **CHILDREN,
        "close_code_fits": (
            lambda c, f: (c, replace(f, comparisons=(verdict(c, Verdict.REGRESSED),))),
            "got worse",
        ),
        **WHO,
    },
    (S.CLOSED, S.REVIEW): WHO,
    **{
        (state, S.CANCELED): {**CHILDREN, **WHO}
        for state in (S.DRAFT, S.ASSESS, S.AUTHORIZE, S.SCHEDULED, S.REJECTED)
    },
}
"""What takes each guard away, and a piece of what it says then."""

SOFT = {
    (S.DRAFT, S.ASSESS): {"hosts"},
    (S.DRAFT, S.SCHEDULED): {"conflict"},
    (S.DRAFT, S.REVIEW): {"hosts"},
    (S.ASSESS, S.AUTHORIZE): {"baseline_planned", "checked_dates", "conflict"},
    (S.AUTHORIZE, S.SCHEDULED): {"second_approval", "conflict"},
    (S.AUTHORIZE, S.IMPLEMENT): {"plan_back", "freeze_now", "backup", "checked"},
    (S.SCHEDULED, S.IMPLEMENT): {
        "window_open",
        "freeze_now",
        "backup",
        "checks_green",
        "checks_seen",
        "baseline",
    },
    (S.TEST, S.IMPLEMENT): {"backup"},
    (S.MONITOR, S.REVIEW): {"judged", "incidents"},
    (S.REVIEW, S.CLOSED): {"close_code_fits"},
}
"""What can be passed by name; everything else is fixed."""
