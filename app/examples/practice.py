"""The change to play oneself: planned and agreed, on a made-up host that answers at once.

Seconds stand for minutes in it, and its text says so.
"""

from dataclasses import replace
from datetime import timedelta

from app.demo.plan import APPROVER, COORDINATOR, IMPLEMENTER, REVIEWER
from app.domain.backup import BackupSource, SourceKind
from app.domain.change import Change
from app.domain.evidence import LoadFigure
from app.domain.functional import FunctionalProbe, ProbeKind
from app.domain.host import Host
from app.domain.metric import Metric, MetricKind, Target, WorseWhen
from app.domain.need import (
    EvidenceKind,
    Impact,
    NeedCategory,
    NeedEvidence,
    Option,
    Scope,
    ScopeArea,
)
from app.domain.people import Contact
from app.domain.review import TestCase, TestKind
from app.domain.risk import Control, Grade, RiskAssessment, RiskScore
from app.domain.runbook import Runbook, Step, StepKind
from app.domain.window import TimeRange, Window
from app.examples import acts
from app.examples.hosts import NOTES as PAGE
from app.examples.stage import OWNER, SECURITY, ZONE, Stage
from app.examples.steps import back, check, command, gate, risk_answers
from app.scripted.machine import Altered, Scripted

TITLE = "Play it yourself: update the notes service"
OPEN_FOR = timedelta(hours=12)
SPAN_S = 20.0
"""Length of both windows: long enough to look at, short enough to wait for."""
_OBSERVED_DAYS = 10 / 86400
_STOP, _START = "systemctl stop notes", "systemctl start notes"
_UPDATE, _UNDO = "notesctl update 4.3.0", "notesctl update 4.2.1"
_VERSION = "notesctl version"


def commands() -> dict[str, Scripted]:
    """Return what the commands of this change say, and what they leave behind."""
    return {
        _STOP: Scripted(("3 sessions closed", "notes: stopped"), 3, alters=_state("inactive")),
        _START: Scripted(("notes: listening on 8080",), 3, alters=_state("active")),
        _UPDATE: Scripted(
            ("fetching 4.3.0 ...", "checking its signature ... good", "unpacking ...",
             "migrating 6 notes ... 6 of 6", "update complete"),
            8,
            alters=Altered(
                packages={"notes-server": "4.3.0"}, pages={PAGE: 0.19},
                files={"/etc/notes/notes.ini": "release = 4.3.0\ncache = 256\n"},
                commands={_VERSION: Scripted(("4.3.0",), 0.1)},
            ),
        ),
        _UNDO: Scripted(
            ("unpacking 4.2.1 ...", "done"), 4,
            alters=Altered(
                packages={"notes-server": "4.2.1"}, pages={PAGE: 0.34},
                commands={_VERSION: Scripted(("4.2.1",), 0.1)},
            ),
        ),
        _VERSION: Scripted(("4.2.1",), 0.1),
    }  # fmt: skip


def _state(state: str) -> Altered:
    return Altered(services={"notes": state})


def prepare(stage: Stage) -> Change:
    """Record, plan and agree the change; from here on it is the reader's turn."""
    host = stage.hosts["train-01"]
    change = acts.record(stage, TITLE, lambda c: _known(c, host))
    change = acts.plan(stage, change, lambda c: _planned(stage, c, host))
    return acts.approve(stage, change, {APPROVER: "Have fun.", SECURITY: ""})


def _known(change: Change, host: Host) -> Change:
    return replace(
        change,
        description=(
            "This change is yours to play: measure and check before, take the backup, start it, "
            "run the steps, test, measure after, judge, write the review, print the report. "
            "train-01 is made up and answers from a record; seconds stand for minutes."
        ),
        requested_by=OWNER, coordinator=COORDINATOR, implementer=IMPLEMENTER, reviewer=REVIEWER,
        business_service="Notes", hosts=(host.id,), tags=("play",),
        need=replace(
            change.need,
            category=NeedCategory.CANNOT_SCALE,
            evidence=(
                NeedEvidence(EvidenceKind.METRIC, "List of notes", "340 ms", "last week",
                             load=LoadFigure(340.0, "ms", 250.0)),
            ),
        ),
    )  # fmt: skip


def _planned(stage: Stage, change: Change, host: Host) -> Change:
    now, ends = stage.clock.now(), stage.ends_at
    return replace(
        change,
        impact=Impact("Notes open slowly.", users=25, services=("Notes",)),
        scope=Scope((ScopeArea.SERVER,), "The notes service on train-01", "The notes themselves"),
        options=(
            Option("Update to 4.3.0", "Notes open in half the time", "A minute", "Small",
                   chosen=True, reason="Removes the cause, and can be undone"),
            Option("Do nothing", "No work", "Slow notes", does_nothing=True, reason="Still slow"),
        ),
        risk=RiskAssessment(
            RiskScore(Grade.LOW, Grade.MODERATE), RiskScore(Grade.VERY_LOW, Grade.MODERATE),
            (Control("Backup before", "backup"), Control("One step undoes it", "step:b2")),
            "It is only an exercise.", COORDINATOR, now, stage.services.settings.risk,
            risk_answers(stage, (2, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0)),
        ),
        implementation_plan="Stop, update, start, check.",
        backout_plan="Stop, install the old release, start, check.",
        test_plan="The version is asked; somebody opens the list.",
        communication_plan="Nobody needs to be told of an exercise.",
        outage=True, planned_downtime_min=0.5,
        window=Window(TimeRange(ends - timedelta(minutes=10), ends + OPEN_FOR), ZONE),
        runbook=Runbook((*_forward(host), *_back(host))),
        backup_plan=(BackupSource(SourceKind.FILES, host.id, ("/etc/notes", "/var/lib/notes")),),
        metrics=(
            Metric("list", "List of notes, response time", "ms", MetricKind.LATENCY,
                   WorseWhen.HIGHER, 0.10, 10.0, key=True, target=Target(250.0),
                   query=f"url {PAGE}", source="host", host=host.id),
            Metric("cpu", "Processor load", "%", margin=0.25, floor=5.0, query="cpu",
                   source="host", host=host.id),
        ),
        tests=(
            TestCase("t1", "The new release answers", TestKind.FUNCTIONAL, "4.3.0",
                     probe=FunctionalProbe(ProbeKind.COMMAND, _VERSION, "output = 4.3.0", host.id)),
            TestCase("t2", "Somebody opens the list", TestKind.QA, "Six notes"),
        ),
        baseline_s=SPAN_S, settle_s=2.0, monitor_days=_OBSERVED_DAYS, benefit_days=(),
        contacts=(Contact(IMPLEMENTER, "Notes", "ext. 4410", now, COORDINATOR),),
    )  # fmt: skip


def _forward(host: Host) -> tuple[Step, ...]:
    stop = command("f2", "Stop the notes service", host, _STOP, (4, 8))
    start = command("f4", "Start the notes service", host, _START, (4, 8))
    look = "Imagine that you open the list of notes and see all six."
    return (
        replace(gate("f1", "Go or no-go", "GO train-01"), estimate_s=10),
        replace(stop, stops_service=True),
        command("f3", "Update to 4.3.0", host, _UPDATE, (8, 14)),
        replace(start, starts_service=True),
        replace(check("f5", host), estimate_s=4),
        Step("f6", "Open the list of notes", StepKind.MANUAL, instructions=look, estimate_s=10),
    )


def _back(host: Host) -> tuple[Step, ...]:
    return back(
        command("b1", "Stop the notes service", host, _STOP, (4, 8)),
        command("b2", "Install release 4.2.1", host, _UNDO, (4, 8)),
        command("b3", "Start the notes service", host, _START, (4, 8)),
        replace(check("b4", host), estimate_s=4),
    )
