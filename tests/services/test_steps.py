"""Carrying steps out on a real server: what is kept, and when nobody knows the outcome."""

import base64
import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from app.domain.backup import BackupSource, SourceKind
from app.domain.change import ChangeState
from app.domain.ids import new_id
from app.domain.run import RunMode, RunState, StepState
from app.domain.runbook import Phase, Runbook, Step, StepKind
from app.domain.transcript import read_pieces
from app.errors import IllegalMove
from app.services.jobs.following import CountingSink, Finish, Followed, Order, follow
from app.services.run import decisions, execution, steps
from app.services.run.execution import Beginning
from app.services.run.live import Output
from app.services.transcripts.masked import MaskedTranscript
from app.tasks import TaskContext
from tests.services.conftest import keep_host

CANARY = "canary-of-a-step-1xyz"
NOON = datetime(2026, 11, 14, 12, tzinfo=UTC)


@pytest.fixture
def carry_out(opened, made, ssh_host, clock) -> Callable[..., execution.Run]:
    """Return what runs steps of a change, to where a person is needed."""

    def carry(*steps: Step, **fields: object) -> execution.Run:
        book = Runbook(tuple(replace(s, host=s.host or ssh_host.id) for s in steps))
        change = made(ChangeState.IMPLEMENT, runbook=book, **fields)
        run = execution.start_run(change.id, desk=opened.desk)
        clock.pass_by(minutes=1)
        return execution.play(run.id, opened.executors, desk=opened.desk, context=TaskContext())

    return carry


def command(text: str, **fields: object) -> Step:
    return Step("f1", "Alter", StepKind.COMMAND, command=text, **fields)


def said(services, item) -> dict[str, bytes]:
    by_stream: dict[str, bytes] = {}
    for piece in read_pieces(services.files.get(item.transcript)):
        by_stream[piece.stream] = by_stream.get(piece.stream, b"") + piece.data
    return by_stream


def test_a_commands_output_is_sealed_byte_for_byte(opened, carry_out):
    heard: list[Output] = []
    opened.live.listen(heard.append)
    run = carry_out(command("printf 'one\\n\\033[31mtwo\\0\\377'; printf oops >&2"))
    (item,) = run.steps
    assert (run.state, item.state, item.exit_code) == (RunState.DONE, StepState.DONE, 0)
    assert said(opened, item) == {"stdout": b"one\n\x1b[31mtwo\0\xff", "stderr": b"oops"}
    assert item.transcript_bytes == len(opened.files.get(item.transcript))
    assert b"".join(o.data for o in heard if o.stream == "stderr") == b"oops"


@pytest.mark.parametrize("job", [True, False])
def test_a_password_of_ours_in_a_commands_output_is_kept_by_nobody(
    opened, carry_out, ssh_host, monkeypatch, job
):
    monkeypatch.setattr("app.ssh.session.SshRemote.keeps_jobs", job)
    opened.secrets.set(ssh_host.sudo_secret, CANARY)
    coded = base64.b64encode(CANARY.encode()).decode()
    (item,) = carry_out(command(f"echo to {CANARY}; echo {coded} >&2; printenv HOME")).steps
    found = said(opened, item)
    assert item.state is StepState.DONE, "counted and hashed as the host said it"
    assert found["stdout"].startswith(b"to " + b"*" * len(CANARY) + b"\n")
    assert found["stderr"] == b"*" * len(coded) + b"\n"
    assert found["note"] == 2 * b"1 secret of this program is blacked out below, in place.\n"
    logging.getLogger("app").info("it was %s", CANARY)
    log = (opened.data / "changedesk.log").read_text()
    assert "it was [redacted]" in log
    opened.forget_held()
    assert opened.secrets.get(ssh_host.sudo_secret) is None


def test_a_password_cut_by_two_pieces_is_neither_kept_nor_shown(opened, carry_out, ssh_host):
    opened.secrets.set(ssh_host.sudo_secret, CANARY)
    heard: list[Output] = []
    opened.live.listen(heard.append)
    half, other = CANARY[:9], CANARY[9:]
    text = f"printf %s {half}; sleep 0.6; printf '%s\\n' {other}; sleep 0.6; printf %s {half}"
    (item,) = carry_out(command(text)).steps
    assert item.state is StepState.DONE
    kept = b"*" * len(CANARY) + b"\n" + half.encode()
    assert said(opened, item)["stdout"] == kept, "what turned out to be no password is whole"
    assert b"".join(each.data for each in heard) == kept
    assert len(heard) > 1


class Killed(BaseException):
    """The program ends here, as if it had been killed."""


def test_a_job_with_a_password_in_its_output_is_gone_on_with_and_found_equal(opened, ssh_host):
    opened.secrets.set(ssh_host.sudo_secret, CANARY)
    text = f"echo {CANARY}; sleep 0.5; echo {CANARY}; sleep 0.5; echo over"
    order = Order(new_id(), text, 30.0)

    def follow_once(order: Order, show: Callable[..., object]) -> tuple[Followed, MaskedTranscript]:
        kept = opened.transcripts.open("run", order.job, show)
        sink = CountingSink(lambda name, data: kept.append(name, data, NOON), kept.heard())
        return follow(opened.remotes.open(ssh_host), order, sink, TaskContext()), kept

    def die(*_piece: object) -> None:
        raise Killed

    with pytest.raises(Killed):
        follow_once(order, die)
    followed, kept = follow_once(replace(order, attach=True), lambda *piece: None)
    assert followed.finish is Finish.ENDED
    pieces = list(read_pieces(opened.files.get(kept.seal()[0])))
    stars = b"*" * len(CANARY) + b"\n"
    assert b"".join(p.data for p in pieces if p.stream == "stdout") == stars + stars + b"over\n"
    assert sum(p.data.count(b"1 secret") for p in pieces if p.stream == "note") == 2


def test_an_exit_code_is_a_failure_and_the_run_waits(opened, carry_out):
    run = carry_out(command("echo no; exit 3"))
    (item,) = run.steps
    assert (run.state, item.state, item.exit_code) == (RunState.WAITING, StepState.FAILED, 3)
    assert "exit 3" in item.outcome
    assert said(opened, item) == {"stdout": b"no\n"}


def test_a_killed_command_has_an_unknown_outcome(carry_out):
    (item,) = carry_out(command("kill -KILL $$")).steps
    assert (item.state, item.exit_code) == (StepState.UNKNOWN, 137)
    assert item.outcome == "killed by KILL"


def test_a_command_past_its_limit_is_ended_by_the_host(opened, carry_out):
    (item,) = carry_out(command("echo begun; exec sleep 30", limit_s=1.0)).steps
    assert item.state is StepState.FAILED
    assert item.outcome == "ended by the host after its limit of 1 s"
    assert said(opened, item) == {"stdout": b"begun\n"}


def test_a_link_lost_amid_a_command_costs_neither_outcome_nor_output(opened, carry_out):
    opened.live.listen(lambda output: opened.remotes.close())
    (item,) = carry_out(command("echo begun; sleep 1; echo over; exit 4")).steps
    assert (item.state, item.exit_code) == (StepState.FAILED, 4)
    assert said(opened, item)["stdout"] == b"begun\nover\n"


def test_where_the_host_keeps_no_command_a_lost_link_leaves_the_outcome_unknown(
    opened, carry_out, monkeypatch
):
    monkeypatch.setattr("app.ssh.session.SshRemote.keeps_jobs", False)
    opened.live.listen(lambda output: opened.remotes.close())
    (item,) = carry_out(command("echo begun; exec sleep 30")).steps
    assert item.state is StepState.UNKNOWN
    assert said(opened, item)["stdout"] == b"begun\n"


def test_a_command_left_by_the_program_is_found_again_and_ran_once(
    opened, made, ssh_host, tmp_path
):
    counter = tmp_path / "counter"
    text = f"echo x >>{counter}; for n in 1 2 3 4 5 6 7 8; do echo $n; sleep 0.2; done"
    book = Runbook((replace(command(text), host=ssh_host.id),))
    run = execution.start_run(made(ChangeState.IMPLEMENT, runbook=book).id, desk=opened.desk)
    closing = TaskContext()
    opened.live.listen(lambda output: closing.leave())
    run = execution.play(run.id, opened.executors, desk=opened.desk, context=closing)
    (item,) = run.steps
    assert item.state is StepState.UNKNOWN
    assert "goes on with it" in item.outcome
    decisions.look_again(run.id, item.step.id, desk=opened.desk)
    run = execution.play(run.id, opened.executors, desk=opened.desk, context=TaskContext())
    (item,) = run.steps
    assert (run.state, item.state, item.attach) == (RunState.DONE, StepState.DONE, False)
    assert said(opened, item)["stdout"] == b"1\n2\n3\n4\n5\n6\n7\n8\n"
    assert counter.read_text() == "x\n"


def test_only_what_is_unknown_and_kept_by_its_host_can_be_looked_for(opened, carry_out):
    run = carry_out(command("exit 3"))
    with pytest.raises(IllegalMove, match="cannot be looked for"):
        decisions.look_again(run.id, "f1", desk=opened.desk)


def test_an_unreachable_host_fails_the_step_with_nothing_sent(opened, carry_out, ssh_host):
    gone = replace(ssh_host, id="gone", name="gone-01", port=1)
    keep_host(opened, gone)
    run = carry_out(command("echo never", host=gone.id))
    (item,) = run.steps
    assert (run.state, item.state) == (RunState.WAITING, StepState.FAILED)
    assert "gone-01" in item.outcome
    assert not item.transcript or said(opened, item) == {}


def test_a_step_without_a_host_fails_in_words(opened, made, ssh_host):
    book = Runbook((Step("f1", "Alter", StepKind.COMMAND, command="true"),))
    change = made(ChangeState.IMPLEMENT, runbook=book)
    run = execution.start_run(change.id, desk=opened.desk)
    run = execution.play(run.id, opened.executors, desk=opened.desk, context=TaskContext())
    assert run.steps[0].state is StepState.FAILED
    assert "names no host" in run.steps[0].outcome


def test_a_check_says_what_it_found_on_every_host(opened, carry_out, ssh_host):
    run = carry_out(Step("c1", "Check", StepKind.CHECK))
    (item,) = run.steps
    with opened.new_uow() as uow:
        (report,) = uow.health.list(change=run.change)
    assert item.outcome.startswith(f"{ssh_host.name}: ")
    assert report.phase.value == "before"


def test_a_restore_puts_a_changed_file_back(opened, carry_out, ssh_host, tmp_path):
    folder = tmp_path / "etc"
    folder.mkdir()
    config = folder / "shop.ini"
    config.write_text("release = 1.8\n")
    opened.vault.make()
    source = BackupSource(SourceKind.FILES, ssh_host.id, (str(folder),))
    run = carry_out(
        Step("f0", "Back up", StepKind.BACKUP),
        command(f"echo 'release = 2.0' > '{config}'; exit 1"),
        Step("b1", "Put back", StepKind.RESTORE, phase=Phase.BACKOUT),
        backup_plan=(source,),
        risk=None,
    )
    assert run.steps[0].state is StepState.DONE, run.steps[0].outcome
    assert config.read_text() == "release = 2.0\n"
    with opened.new_uow() as uow:
        (kept,) = uow.backups.list(change=run.change)
    assert kept.usable
    execution.back_out(run.id, "It failed", desk=opened.desk)
    run = execution.play(run.id, opened.executors, desk=opened.desk, context=TaskContext())
    assert (run.state, run.steps[-1].state) == (RunState.BACKED_OUT, StepState.DONE)
    assert config.read_text() == "release = 1.8\n"


def test_a_restore_that_leaves_a_database_to_a_person_is_not_called_done(
    opened, carry_out, ssh_host, tmp_path, monkeypatch
):
    folder = tmp_path / "etc"
    folder.mkdir()
    (folder / "shop.ini").write_text("release = 1.8\n")
    opened.vault.make()
    restore = steps.restore_on_host

    def leave_one(*args, **more):
        done = restore(*args, **more)
        return replace(done, skipped=("shopdb: put it back by hand",), by_hand=("shopdb",))

    monkeypatch.setattr(steps, "restore_on_host", leave_one)
    run = carry_out(
        Step("f0", "Back up", StepKind.BACKUP),
        Step("f1", "Put back", StepKind.RESTORE),
        backup_plan=(BackupSource(SourceKind.FILES, ssh_host.id, (str(folder),)),),
        risk=None,
    )
    assert run.steps[1].state is StepState.FAILED
    assert "Not put back: shopdb: put it back by hand." in run.steps[1].outcome


def test_without_a_backup_from_before_nothing_is_restored(carry_out):
    run = carry_out(Step("f1", "Put back", StepKind.RESTORE))
    assert run.steps[0].state is StepState.FAILED
    assert "no usable backup" in run.steps[0].outcome


def test_a_destructive_command_reaches_no_server_unasked(opened, made, ssh_host, tmp_path):
    proof = tmp_path / "sent"
    text = f"touch '{proof}'; : mkfs /dev/none"
    book = Runbook((Step("f1", "Wipe", StepKind.COMMAND, ssh_host.id, text),))
    change = made(ChangeState.IMPLEMENT, runbook=book)
    run = execution.start_run(change.id, desk=opened.desk)
    run = execution.play(run.id, opened.executors, desk=opened.desk, context=TaskContext())
    assert (run.state, proof.exists()) == (RunState.WAITING, False)
    phrase = f"RUN {ssh_host.name}"
    decisions.clear_command(run.id, "f1", phrase, desk=opened.desk)
    run = execution.play(run.id, opened.executors, desk=opened.desk, context=TaskContext())
    assert (run.state, proof.exists()) == (RunState.DONE, True)


def test_a_rehearsal_sends_to_the_stand_in_and_fills_its_name_in(opened, made, ssh_host):
    planned = replace(ssh_host, id="planned", name="db-01", port=1)
    keep_host(opened, planned)
    step = Step("f1", "Say", StepKind.COMMAND, planned.id, "echo {{host}} {{version}}")
    book = Runbook((step,), (("version", "16.4"),))
    change = made(ChangeState.SCHEDULED, hosts=(planned.id,), runbook=book)
    beginning = Beginning(RunMode.REHEARSAL, ((planned.id, ssh_host.id),))
    run = execution.start_run(change.id, beginning, desk=opened.desk)
    run = execution.play(run.id, opened.executors, desk=opened.desk, context=TaskContext())
    (item,) = run.steps
    assert (run.state, item.state) == (RunState.DONE, StepState.DONE)
    assert said(opened, item) == {"stdout": f"{ssh_host.name} 16.4\n".encode()}


def test_two_commands_go_to_one_server_side_by_side(carry_out, tmp_path):
    here, there = tmp_path / "here", tmp_path / "there"
    wait = "for i in 1 2 3 4 5 6 7 8 9; do [ -e '{b}' ] && exit 0; sleep 0.3; done; exit 1"
    meet = "touch '{a}'; " + wait
    run = carry_out(
        Step("a", "One", StepKind.COMMAND, command=meet.format(a=here, b=there)),
        Step("b", "Two", StepKind.COMMAND, command=meet.format(a=there, b=here), after=()),
    )
    assert run.state is RunState.DONE, [item.outcome for item in run.steps]


def test_a_restore_test_proves_and_times_the_backup_of_the_run(
    opened, carry_out, ssh_host, tmp_path
):
    folder = tmp_path / "etc"
    folder.mkdir()
    (folder / "shop.ini").write_text("release = 1.8\n")
    opened.vault.make()
    run = carry_out(
        Step("f0", "Back up", StepKind.BACKUP),
        Step("f1", "Restore it", StepKind.RESTORE_TEST),
        backup_plan=(BackupSource(SourceKind.FILES, ssh_host.id, (str(folder),)),),
        risk=None,
    )
    assert run.state is RunState.DONE, run.steps[1].outcome
    assert "L4" in run.steps[1].outcome
    with opened.new_uow() as uow:
        (kept,) = uow.backups.list(change=run.change)
    assert kept.restore_s is not None
