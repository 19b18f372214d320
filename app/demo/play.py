"""One complete change, played through the same services the window uses, against a real server."""

import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from shutil import rmtree

from app.bootstrap import KEY_FILE, Surroundings, open_services
from app.demo import extras, plan
from app.demo.shop import DemoShop, install_shop
from app.demo.sshd import PrivateSshd
from app.domain.approval import Decision
from app.domain.backup import Level
from app.domain.change import Change, ChangeState
from app.domain.health import Health, HealthReport, Phase
from app.domain.host import Host
from app.domain.lesson import FollowUp, Lesson
from app.domain.metric import WindowName
from app.domain.review import CHECKS_SEEN, CloseCode, TestResult
from app.domain.run import Run, RunState
from app.domain.runbook import StepKind
from app.domain.verdict import Verdict
from app.errors import AppError
from app.secrets import SessionSecrets
from app.services import entries
from app.services.approval import approvals
from app.services.backup import backups
from app.services.change import changes, overrides
from app.services.host import hosts
from app.services.metric import metrics, verdicts
from app.services.review import reports
from app.services.run import decisions, execution
from app.services.test_case import testing
from app.services.change.closing import propose_code
from app.services.dossier_reading import check_dossier
from app.services.dossiers import export_dossier
from app.services.facade import AppServices
from app.services.host.health import summary_of
from app.services.fanout import checks
from app.settings import Settings
from app.tasks import TaskContext
from app.wording import duration, number

Say = Callable[[str], object]
ZONE = "Africa/Johannesburg"
_CUSTOMERS_PER_S = 20


@dataclass(frozen=True, slots=True)
class DemoResult:
    """What the demo left behind."""

    number: str
    data: Path
    report: Path
    dossier: Path
    overall: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Stage:
    """Everything the acts of the play work with."""

    folder: Path
    services: AppServices
    server: PrivateSshd
    shop: DemoShop
    span_s: float
    say: Say

    def acting(self, name: str) -> AppServices:
        """Return the services with a person of the play acting."""
        return self.services.acting(name)


def play_demo(folder: Path, *, span_s: float = 20.0, say: Say = print) -> DemoResult:
    """Play the change into ``folder``; an earlier demo there is replaced.

    Raises:
        ToolMissing: The OpenSSH server is not installed; the hint says how to get it.
        AppError: The folder holds something that is not a demo, or a step did not succeed.
    """
    began_s = time.monotonic()
    _make_room(folder)
    with ExitStack() as stack:
        server = stack.enter_context(PrivateSshd(folder / "server"))
        say(f"A private SSH server answers on 127.0.0.1:{server.port}, key {server.key.sha256}")
        shop = install_shop(folder / "server" / "shop")
        stack.callback(shop.stop)
        say(f"A small shop answers on port {shop.port}: 300,000 orders, no index on the customer")
        around = Surroundings(
            actor=plan.COORDINATOR, secrets=SessionSecrets(), key_file=folder / "data" / KEY_FILE
        )
        services = open_services(folder / "data", around)
        stack.callback(services.close)
        stage = Stage(folder, services, server, shop, span_s, say)
        stack.enter_context(_customers(shop))
        change = _play(stage)
        return _leave_behind(stage, change, time.monotonic() - began_s)


def _make_room(folder: Path) -> None:
    mark = folder / "demo.txt"
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        if not mark.exists():
            raise AppError(
                f"{folder} holds something that is not a demo.", hint="Name another folder."
            )
        rmtree(folder)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    mark.write_text(
        "Made by the demo of Change Desk: example data, nothing here is yours.\n"
        f"The vault's key lies in data/{KEY_FILE}, because a demo has no keyring of its own.\n",
        "utf-8",
    )


@contextmanager
def _customers(shop: DemoShop) -> Iterator[None]:
    """Ask the shop as its customers would, so that there is load before and after."""
    stop = threading.Event()

    def ask() -> None:
        while not stop.wait(1 / _CUSTOMERS_PER_S):
            try:
                with urllib.request.urlopen(shop.url, timeout=5) as answer:  # noqa: S310 - our own
                    answer.read()
            except OSError:
                continue  # the shop is stopped during the change; customers come back

    thread = threading.Thread(target=ask, name="customers", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _play(stage: Stage) -> Change:
    host = _enrol(stage)
    before = extras.waits(stage.shop)
    change = _plan(stage, host, before)
    stage.say(extras.draft_messages(change, stage.services))
    change = _agree(stage, change)
    stage.say(extras.dry_run(change, stage.services))
    _prepare(stage, change)
    _run(stage, change)
    _test(stage, change)
    _watch(stage, change)
    after = extras.waits(stage.shop)
    stage.say(extras.hear_users(change, stage.services, before, after))
    return _review(stage, change)


def _enrol(stage: Stage) -> Host:
    services = stage.services
    settings = Settings(user=plan.COORDINATOR, organisation="Example Operations", zone=ZONE)
    services.save_settings(settings)
    wanted = replace(
        stage.server.host(confirmed=False),
        zone=ZONE,
        services=(str(stage.shop.control),),
        urls=(stage.shop.health_url, stage.shop.url),
        note="The demo's own server, on this computer",
    )
    host = hosts.add_host(wanted, desk=services.desk)
    shown = hosts.shown_key(host.id, remotes=services.remotes, desk=services.desk)
    if shown != stage.server.key:
        raise AppError("The server shows another key than the one just made for it.")
    hosts.confirm_key(host.id, shown, desk=services.desk)
    report = hosts.try_connection(host.id, remotes=services.remotes, desk=services.desk)
    stage.say(f"{host.name} enrolled: {', '.join(step.title for step in report.steps if step.ok)}")
    with services.new_uow() as uow:
        return uow.hosts.get(host.id)


def _plan(stage: Stage, host: Host, before: dict[int, float]) -> Change:
    services = stage.services
    desk = services.desk
    change = changes.open_change(plan.TITLE, desk=desk)
    need = extras.measured_need(before)
    changes.edit_change(change.id, lambda c: plan.identified(c, host, need), desk=desk)
    changes.move_change(change.id, ChangeState.ASSESS, desk=desk)
    now = services.clock.now()
    changes.edit_change(
        change.id,
        lambda c: plan.planned(c, host, stage.shop, now, stage.span_s),
        desk=desk,
    )
    change = changes.move_change(change.id, ChangeState.AUTHORIZE, desk=desk)
    stage.say(f"{change.number} “{change.title}” is planned: {len(change.runbook.steps)} steps")
    return change


def _agree(stage: Stage, change: Change) -> Change:
    approver = stage.acting(plan.APPROVER)
    approvals.decide(
        change.id,
        Decision.APPROVED,
        desk=approver.desk,
        role="Head of operations",
        comment="The restore is to be tried out first.",
    )
    change = changes.move_change(change.id, ChangeState.SCHEDULED, desk=stage.services.desk)
    stage.say(f"Approved by {plan.APPROVER}, bound to plan {change.plan_hash[:8]}")
    return change


def _prepare(stage: Stage, change: Change) -> None:
    services, context = stage.services, TaskContext()
    stage.say(f"Measuring before, {stage.span_s:g} s …")
    metrics.measure(change.id, WindowName.BEFORE, with_=services.measuring, context=context)
    (checked,) = checks.check_change(
        change, Phase.BEFORE, checking=services.checking, context=context
    )
    stage.say(f"Health before: {summary_of(checked)}")
    testing.run_tests(change.id, with_=services.testing, context=context)
    if checked.worst is Health.CRITICAL:
        reason = own_load(checked)
        overrides.override_guard(change.id, "checks_green", desk=services.desk, reason=reason)
    _move, answers = changes.readiness(change.id, desk=services.desk) or (None, ())
    if any(item.guard == CHECKS_SEEN and item.missing for item in answers):
        reason = "The demo's host is small and busy, and has no services of its own"
        overrides.override_guard(change.id, CHECKS_SEEN, desk=services.desk, reason=reason)
    recovery_key = services.vault.make()
    paper = stage.folder / "recovery-key.txt"
    paper.touch(mode=0o600)
    paper.write_text(f"Recovery key of the demo's vault\n{recovery_key}\n", "utf-8")
    (taken,) = backups.back_up_change(
        change, keeping=services.keeping, context=context, level=Level.RESTORED
    )
    level = taken.level.label if taken.level is not None else "not proven"
    restore = f", restored in {number(taken.restore_s, 's')}" if taken.restore_s else ""
    stage.say(f"Backup of {taken.host_name}: {level}{restore}")


def _run(stage: Stage, change: Change) -> Run:
    runner = stage.acting(plan.IMPLEMENTER)
    changes.move_change(change.id, ChangeState.IMPLEMENT, desk=runner.desk)
    run = execution.start_run(change.id, desk=runner.desk)
    while not run.is_over:
        run = execution.play(run.id, runner.executors, desk=runner.desk, context=TaskContext())
        if run.is_over:
            break
        step = run.current
        if run.state is not RunState.WAITING or step is None:
            raise AppError(f"The run stands still in state {run.state.value}.")
        match step.step.kind:
            case StepKind.GATE:
                coordinator = stage.services.desk
                decisions.answer_gate(run.id, step.step.id, step.step.answer, desk=coordinator)
            case StepKind.MANUAL:
                note = _same_sum(stage)
                decisions.confirm_step(run.id, step.step.id, note, desk=stage.services.desk)
            case StepKind.CHECK:
                reason = own_load(newest_check(stage.services, change.id))
                decisions.confirm_step(run.id, step.step.id, reason, desk=stage.services.desk)
            case _:
                raise AppError(f"Step “{step.step.title}”: {step.outcome}")
    for item in run.active:
        stage.say(f"  {item.step.title}: {item.outcome}")
    changes.move_change(change.id, ChangeState.TEST, desk=runner.desk)
    return run


_RESOURCES = frozenset({"cpu.load", "cpu.util", "mem.available", "fs.space", "fs.inodes"})
"""What other work on the demo's computer can make critical; everything else ends the demo."""


def own_load(report: HealthReport) -> str:
    """Return why a critical check does not stop the demo; raises AppError when it must."""
    critical = [r for r in report.results if r.reading.health is Health.CRITICAL]
    if {result.check for result in critical} - _RESOURCES:
        found = ", ".join(f"{r.title} {r.item}: {r.reading.summary}" for r in critical)
        raise AppError(f"The health check found: {found}")
    found = ", ".join(f"{r.title.lower()} {r.reading.summary}" for r in critical)
    return f"The demo's computer is busy with other work ({found}); the service itself is fine"


def newest_check(services: AppServices, change: str) -> HealthReport:
    """Return the newest health report of a change."""
    with services.new_uow() as uow:
        return max(uow.health.list(change=change), key=lambda report: report.started_at)


def _ask(stage: Stage, url: str) -> str:
    with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310 - our own server
        text: str = answer.read().decode()
        return text


def _same_sum(stage: Stage) -> str:
    answer = _ask(stage, stage.shop.url)
    return f"Looked at customer 7: {answer[:90]}"


def _test(stage: Stage, change: Change) -> None:
    desk = stage.acting(plan.REVIEWER)
    tested = testing.run_tests(change.id, with_=desk.testing, context=TaskContext())
    passed = sum(case.result is TestResult.PASSED for case in tested.tests)
    stage.say(f"Tests: {passed} of {len(tested.tests)} passed")
    changes.move_change(change.id, ChangeState.MONITOR, desk=stage.services.desk)


def _watch(stage: Stage, change: Change) -> None:
    services, context = stage.services, TaskContext()
    context.wait(change.settle_s)
    stage.say(f"Measuring after, {stage.span_s:g} s …")
    metrics.measure(change.id, WindowName.AFTER, with_=services.measuring, context=context)
    for verdict in verdicts.judge(change.id, with_=services.measuring):
        stage.say(f"  {verdict.sentence}")
    changes.move_change(change.id, ChangeState.REVIEW, desk=services.desk)


_ACTION = "Add the query plan to the release checklist"


def _ending(stage: Stage, change: Change) -> tuple[CloseCode, str]:
    """Return the close code that the record supports, whatever the play would like."""
    with stage.services.new_uow() as uow:
        found = tuple(uow.comparisons.list(change=change.id))
        now, run = uow.changes.get(change.id), max(uow.runs.list(change=change.id), key=_by_id)
    proposal = propose_code(now, found, run)
    notes = "The index is used; the orders page answers from it."
    if proposal.code is not CloseCode.SUCCESSFUL:
        notes += f" But: {'; '.join(proposal.reasons)}."
    return proposal.code, notes


def _by_id(run: Run) -> str:
    return run.id


def _review(stage: Stage, change: Change) -> Change:
    desk, now = stage.services.desk, stage.services.clock.now()
    code, notes = _ending(stage, change)
    reviewer = stage.acting(plan.REVIEWER).desk
    changes.edit_change(
        change.id,
        lambda c: replace(
            c,
            close_code=code,
            close_notes=notes,
            lessons=(
                Lesson(
                    "The table had grown for years without an index on the customer",
                    "Nobody looked at the query plan when the page was written",
                    "Every order made the page a little slower",
                    "Look at the query plan of each page before a release",
                ),
            ),
            actions=(FollowUp(_ACTION, "Thabo Mokoena", (now + timedelta(days=14)).date()),),
        ),
        desk=desk,
        note="Review written",
    )
    changes.edit_change(
        change.id,
        lambda c: replace(c, reviewed_by=plan.REVIEWER, reviewed_at=now),
        desk=reviewer,
        note="Reviewed",
    )
    entries.write_entry(change.id, notes, desk=desk)
    return changes.move_change(change.id, ChangeState.CLOSED, desk=reviewer)


def _leave_behind(stage: Stage, change: Change, seconds: float) -> DemoResult:
    services, folder = stage.services, stage.folder
    made = reports.make_report(change.number, reporting=services.reporting)
    report = folder / f"{change.number}-report.pdf"
    report.write_bytes(services.files.get(made.pdf_sha256))
    dossier = export_dossier(
        change.id,
        folder / f"{change.number}-dossier.zip",
        new_uow=services.new_uow,
        files=services.files,
        series=services.series,
    )
    wrong = check_dossier(dossier)
    chain = services.verify_log()
    if wrong or not chain.intact:
        raise AppError(f"What was left behind does not fit: {', '.join(wrong) or chain.reason}")
    stage.say(f"Report: {report.name}, {made.pages} pages. Dossier: {dossier.name}")
    stage.say(f"Change log: {chain.entries} entries, all fit. Took {duration(seconds)}")
    return DemoResult(
        change.number, services.data, report, dossier, str(made.title), round(seconds, 1)
    )
