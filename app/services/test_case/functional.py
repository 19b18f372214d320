"""Try a functional probe: carry it out, judge it, and leave nothing secret in what is recorded."""

import json
from dataclasses import dataclass
from time import monotonic

from app.domain.event import NewEvent
from app.domain.functional import FunctionalProbe, ProbeKind
from app.domain.functional_script import ScriptError
from app.domain.review import TestResult
from app.errors import (
    AppError,
    CertificateRefused,
    CommandFailed,
    ConnectionLost,
    InvalidInput,
    SecretUnavailable,
    TimedOut,
    Unreachable,
)
from app.i18n import _
from app.redaction import MIN_LENGTH
from app.services.change.changes import Desk
from app.services.ports.http import OpenHttp
from app.services.ports.store import Files
from app.services.ports.world import Remotes, Secrets
from app.services.safe_text import display
from app.services.test_case.functional_http import Trace, try_requests
from app.services.test_case.functional_judge import Finding, first_failure
from app.services.test_case.functional_remote import try_command, try_query
from app.tasks import TaskContext
from app.wording import count_of, duration

OBSERVED = 500
"""How much of what was seen stands in the record; the whole of it is in the evidence file."""


@dataclass(frozen=True, slots=True)
class Testing:
    """The collaborators of tests."""

    __test__ = False  # no test itself, whatever its name

    desk: Desk
    remotes: Remotes
    secrets: Secrets
    open_http: OpenHttp
    files: Files


def secret_name(name: str) -> str:
    """Return the name under which the keyring holds a secret that probes use."""
    return f"probe/{name}"


def keep_secret(name: str, value: str, *, with_: Testing) -> None:
    """Keep a secret for probes in the keyring; the log says only that it was kept.

    Raises:
        InvalidInput: It is too short to be kept out of what is recorded.
        SecretUnavailable: The keyring does not answer.
    """
    if len(value) < MIN_LENGTH:
        raise InvalidInput(
            _("A secret has at least {n} characters.").format(n=MIN_LENGTH),
            hint=_("Shorter ones cannot be told from ordinary words, so they could be recorded."),
        )
    with_.secrets.set(secret_name(name), value)
    with with_.desk.new_uow() as uow:
        uow.log.append(
            NewEvent("secret.kept", _("Kept a secret for tests: {name}").format(name=name))
        )
        uow.commit()


@dataclass
class Tried:
    """How a probe ended: its result, what was seen, and the whole trace; nothing secret in it."""

    result: TestResult
    observed: str
    took_s: float
    trace: bytes


def try_probe(probe: FunctionalProbe, *, with_: Testing, context: TaskContext) -> Tried:
    """Carry a probe out and judge it; whatever the world does becomes a result.

    Failed means that the service did not do what was expected. Blocked means that it could not be
    asked: a secret is missing, a rule forbids the address, the host does not let us in.

    Raises:
        TaskCancelled: A stop was asked for.
    """
    begun_s = monotonic()
    trace = Trace()
    kept = _Keeper(with_.secrets, trace)
    error: AppError | None = None
    try:
        _carry_out(probe, kept, trace, with_, context)
    except ScriptError as found:
        error = InvalidInput(str(found), step=_("line {n}").format(n=found.line))
    except AppError as found:
        error = found
    result, text = _verdict(trace, error, probe.kind)
    shown = trace.clean(display(text).replace("\n", " "))
    body = trace.clean(_as_json(probe, trace, text))
    return Tried(result, shown[:OBSERVED], monotonic() - begun_s, body.encode())


def _verdict(trace: Trace, error: AppError | None, kind: ProbeKind) -> tuple[TestResult, str]:
    findings: list[Finding] = [item for step in trace.steps for item in step.findings]
    if error is not None:
        return _result_of(error, kind), error.sentence()
    failed = first_failure(findings)
    if failed is not None:
        return TestResult.FAILED, f"{trace.steps[-1].what}: {failed.sentence}"
    met = count_of(len(findings), len(findings))
    spent = duration(sum(step.took_s for step in trace.steps))
    return TestResult.PASSED, _("{met} expectations met, in {time}").format(met=met, time=spent)


@dataclass
class _Keeper:
    """Gives secrets by name, and notes each, so that none is recorded."""

    secrets: Secrets
    trace: Trace

    def reveal(self, name: str) -> str:
        """Return a secret; raises SecretUnavailable."""
        value = self.secrets.get(secret_name(name))
        if not value:
            raise SecretUnavailable(
                _("The keyring holds no secret “{name}” for tests.").format(name=name),
                hint=_("Keep it with “Keep a secret” beside the probe."),
            )
        self.trace.hide(value)
        return value


def _carry_out(
    probe: FunctionalProbe, kept: _Keeper, trace: Trace, with_: Testing, context: TaskContext
) -> None:
    if probe.kind is ProbeKind.HTTP:
        try_requests(probe, kept.reveal, with_.open_http, trace, context)
        return
    if probe.host is None:
        raise InvalidInput(_("The probe names no host."), hint=_("Choose one."))
    with with_.desk.new_uow() as uow:
        host = uow.hosts.get(probe.host)
    ask = try_query if probe.kind is ProbeKind.SQL else try_command
    ask(probe, with_.remotes.open(host), trace, context)


_ANSWERED_BADLY = (
    CertificateRefused, CommandFailed, ConnectionLost, TimedOut, Unreachable,
)  # fmt: skip


def _result_of(error: AppError, kind: ProbeKind) -> TestResult:
    """A web page that does not answer has failed; a host we cannot ask says nothing of a query."""
    asked = isinstance(error, _ANSWERED_BADLY)
    reached = kind is ProbeKind.HTTP or isinstance(error, CommandFailed)
    return TestResult.FAILED if asked and reached else TestResult.BLOCKED


def _as_json(probe: FunctionalProbe, trace: Trace, text: str) -> str:
    steps = [
        {
            "what": step.what,
            "outcome": step.outcome,
            "took_ms": round(step.took_s * 1000, 1),
            "expectations": [
                {"expected": item.expected, "met": item.met, "got": item.got}
                for item in step.findings
            ],
            "answer": display(step.excerpt),
        }
        for step in trace.steps
    ]
    found = {"kind": probe.kind.value, "outcome": display(text), "steps": steps}
    return json.dumps(found, ensure_ascii=False, indent=1)
