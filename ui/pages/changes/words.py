"""The words for the choices of the forms."""

from collections.abc import Mapping
from enum import Enum
from typing import TypeVar

from app.domain.change import ChangeType
from app.domain.functional import Engine, ProbeKind
from app.domain.metric import MetricKind, WindowName, WorseWhen
from app.domain.need import EvidenceKind, NeedCategory, ScopeArea
from app.domain.review import CloseCode, Severity, TestKind, TestResult
from app.domain.risk import Grade
from app.domain.run import RunMode, RunState
from app.domain.runbook import OnFail, StepKind
from app.i18n import _, later
from ui.cells import Badge, Mark

Choice = TypeVar("Choice", bound=Enum)

NEEDS = {
    NeedCategory.DOWNTIME_CRASH: later("Downtime or crashes"),
    NeedCategory.CANNOT_SCALE: later("Cannot scale"),
    NeedCategory.OUTDATED: later("Outdated software"),
    NeedCategory.PERSISTENT_BUG: later("Persistent bug"),
    NeedCategory.SECURITY_VULNERABILITY: later("Security vulnerability"),
}
EVIDENCE = {
    EvidenceKind.OUTAGE: later("Outage record"),
    EvidenceKind.METRIC: later("Load or metric"),
    EvidenceKind.VERSION: later("Version and end of life"),
    EvidenceKind.BUG: later("Bug report"),
    EvidenceKind.ADVISORY: later("Advisory or CVE"),
    EvidenceKind.LOG: later("Log excerpt"),
    EvidenceKind.COMPLAINT: later("Complaint"),
}
AREAS = {
    ScopeArea.SERVER: later("Server"),
    ScopeArea.CODE: later("Code"),
    ScopeArea.SECURITY: later("Security"),
    ScopeArea.INFRASTRUCTURE: later("Infrastructure"),
}
TYPES = {
    ChangeType.NORMAL: later("Normal"),
    ChangeType.STANDARD: later("Standard"),
    ChangeType.EMERGENCY: later("Emergency"),
}
STEPS = {
    StepKind.COMMAND: later("Command"),
    StepKind.MANUAL: later("By hand"),
    StepKind.CHECK: later("Health check"),
    StepKind.BACKUP: later("Backup"),
    StepKind.GATE: later("Gate"),
    StepKind.RESTORE_TEST: later("Restore test"),
    StepKind.MEASURE: later("Measure"),
    StepKind.NOTIFY: later("Notification"),
    StepKind.RESTORE: later("Restore"),
}
STEP_ICONS = {
    StepKind.COMMAND: "terminal",
    StepKind.MANUAL: "user",
    StepKind.CHECK: "activity",
    StepKind.BACKUP: "archive",
    StepKind.GATE: "diamond",
    StepKind.RESTORE_TEST: "clipboard-check",
    StepKind.MEASURE: "chart",
    StepKind.NOTIFY: "message",
    StepKind.RESTORE: "rotate-ccw",
}
FAILURES = {
    OnFail.ASK: later("Wait for a decision"),
    OnFail.BACK_OUT: later("Wait, and offer the way back first"),
    OnFail.GO_ON: later("Go on, and note a deviation"),
}
TEST_KINDS = {
    TestKind.QA: later("QA"),
    TestKind.FUNCTIONAL: later("Functional"),
    TestKind.LOAD: later("Load"),
    TestKind.SECURITY: later("Security"),
}
PROBES = {
    ProbeKind.HTTP: later("the program: web page or login"),
    ProbeKind.SQL: later("the program: database query"),
    ProbeKind.COMMAND: later("the program: command on a host"),
}
ENGINES = {
    Engine.POSTGRESQL: later("PostgreSQL"),
    Engine.MYSQL: later("MySQL or MariaDB"),
    Engine.SQLITE: later("SQLite"),
}
SEVERITIES = {
    Severity.MINOR: later("Minor: the change stays as it is"),
    Severity.MAJOR: later("Major: the report says so on page 1"),
}
METRIC_KINDS = {
    MetricKind.GAUGE: later("Gauge"),
    MetricKind.COUNTER: later("Counter"),
    MetricKind.RATIO: later("Ratio"),
    MetricKind.LATENCY: later("Response time"),
}
WORSE = {
    WorseWhen.HIGHER: later("when higher"),
    WorseWhen.LOWER: later("when lower"),
    WorseWhen.EITHER: later("either way"),
}
WINDOWS = {
    WindowName.BEFORE: later("Before"),
    WindowName.AFTER: later("After"),
    WindowName.DURING: later("During the work"),
    WindowName.REFERENCE: later("Reference"),
    WindowName.LIVE: later("Live"),
    WindowName.REPEATED: later("Again, later"),
}
CLOSE_CODES = {
    CloseCode.SUCCESSFUL: later("Successful"),
    CloseCode.WITH_ISSUES: later("Successful with issues"),
    CloseCode.UNSUCCESSFUL: later("Unsuccessful"),
    CloseCode.BACKED_OUT: later("Backed out"),
    CloseCode.CANCELED: later("Canceled"),
}
GRADES = {grade: later(grade.label) for grade in Grade}
TEST_RESULTS = {
    TestResult.OPEN: later("Not run"),
    TestResult.PASSED: later("Passed"),
    TestResult.FAILED: later("Failed"),
    TestResult.BLOCKED: later("Blocked"),
}
_RESULTS = {
    TestResult.OPEN: Mark.MISSING,
    TestResult.PASSED: Mark.GOOD,
    TestResult.FAILED: Mark.BAD,
    TestResult.BLOCKED: Mark.STOPPED,
}
MODES = {
    RunMode.LIVE: later("Live"),
    RunMode.REHEARSAL: later("Rehearsal"),
    RunMode.DRY: later("Dry run"),
}
_RUNS = {
    RunState.READY: (Mark.LATER, later("Ready")),
    RunState.RUNNING: (Mark.RUNNING, later("Running")),
    RunState.WAITING: (Mark.GATE, later("Waits for a person")),
    RunState.PAUSED: (Mark.HELD, later("Paused")),
    RunState.BACKING_OUT: (Mark.BACK, later("Backing out")),
    RunState.DONE: (Mark.GOOD, later("Done")),
    RunState.BACKED_OUT: (Mark.BACK, later("Backed out")),
    RunState.MISSED: (Mark.MISSING, later("Missed")),
}


def choices(words: Mapping[Choice, str], *, none: str = "") -> list[tuple[str, str]]:
    """Return value and word of each choice for a form; ``none`` is the word for no choice."""
    options = [(str(choice.value), _(word)) for choice, word in words.items()]
    return [("", none), *options] if none else options


def word(words: Mapping[Choice, str], choice: Choice | None, none: str = "") -> str:
    """Return the word for a choice."""
    return none if choice is None else _(words[choice])


def run_badge(state: RunState) -> Badge:
    """Return the badge of a run."""
    mark, text = _RUNS[state]
    return Badge(mark, _(text))


def attempt_badge(result: TestResult) -> Badge:
    """Return the badge of a test result."""
    return Badge(_RESULTS[result], _(TEST_RESULTS[result]))
