"""The whole line through the services, against a real server: there, and there and back."""

import sqlite3
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pypdfium2
import pytest

from app.bootstrap import KEY_FILE, Surroundings, open_services
from app.demo import extras, plan, play
from app.demo.play import DemoResult, Stage, play_demo
from app.demo.shop import install_shop
from app.demo.sshd import PrivateSshd
from app.domain.backup import Level
from app.domain.change import ChangeState
from app.domain.run import Run, RunState, StepState
from app.domain.runbook import StepKind
from app.domain.verdict import Verdict
from app.secrets import SessionSecrets
from app.services.change import changes
from app.services.dossier_reading import check_dossier
from app.services.facade import AppServices
from app.services.metric.comparison import overall
from app.services.run import decisions, execution
from app.tasks import TaskContext

pytestmark = pytest.mark.journey
SPAN_S = 8.0


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> DemoResult:
    return play_demo(tmp_path_factory.mktemp("demo"), span_s=SPAN_S, say=lambda _text: None)


@pytest.fixture
def left(played: DemoResult) -> Iterator[AppServices]:
    """What the play left behind, opened again."""
    around = Surroundings(secrets=SessionSecrets(), key_file=played.data / KEY_FILE)
    services = open_services(played.data, around)
    yield services
    services.close()


def indexes(database: Path) -> list[str]:
    with closing(sqlite3.connect(database)) as connection:
        found = connection.execute("SELECT name FROM sqlite_master WHERE type = 'index'")
        return [name for (name,) in found]


def text_of(pdf: Path) -> str:
    with closing(pypdfium2.PdfDocument(pdf)) as document:
        return "\n".join(page.get_textpage().get_text_bounded() for page in document)


def test_the_change_went_its_whole_way(played, left):
    with left.new_uow() as uow:
        (change,) = uow.changes.list()
        (run,) = (each for each in uow.runs.list() if each.is_live)
        (backup,) = uow.backups.list()
        found = {item.metric_id: item for item in uow.comparisons.list()}
    assert (change.number, change.state) == (played.number, ChangeState.CLOSED)
    assert {given.guard for given in change.overrides} <= {
        "checks_green",
        "checks_seen",
    }  # a busy computer
    assert run.state is RunState.DONE
    assert {item.state for item in run.active} == {StepState.DONE}
    assert backup.level is Level.RESTORED
    # Whether so few seconds are enough to be sure depends on how busy the computer is.
    assert found["response"].verdict in (Verdict.IMPROVED, Verdict.NOT_ENOUGH_DATA)
    assert found["response"].relative_change < -0.3


def test_what_surrounds_the_work_is_made_of_the_run_itself(played, left):
    with left.new_uow() as uow:
        (change,) = uow.changes.list()
        (dry,) = (each for each in uow.runs.list() if not each.is_live)
        (survey,) = uow.surveys.list()
    assert change.tags == ("orders", "database")
    assert any(item.load and item.load.value > 0 for item in change.need.evidence)
    assert {item.state for item in dry.active} == {StepState.DONE}
    assert [len(change.messages), sum(len(m.sent) for m in change.messages)] == [6, 0]
    assert (len(survey.responses), survey.invited) == (6, 9)
    assert all("ms before" in item.text for item in survey.responses)
    text = " ".join(text_of(played.report).split())
    assert "With fewer than 10 ratings there are counts only" in text


def test_the_server_was_really_changed(played):
    shop = played.data.parent / "server" / "shop"
    assert "release = 2.0" in (shop / "shop.ini").read_text()
    assert "cache_pages = 2000" in (shop / "shop.ini").read_text()
    assert indexes(shop / "orders.sqlite")


def test_the_report_names_the_change_and_its_verdict(played, left):
    text = text_of(played.report)
    with left.new_uow() as uow:
        verdict = overall(tuple(uow.comparisons.list())).verdict
        (report,) = uow.reports.list()
    assert played.number in text
    assert plan.TITLE in " ".join(text.split())
    assert verdict.words.lower() in text.lower()
    assert left.files.get(report.pdf_sha256) == played.report.read_bytes()


def test_the_log_is_whole_and_so_is_what_is_handed_over(played, left):
    chain = left.verify_log()
    assert chain.intact
    assert chain.entries > 40
    assert check_dossier(played.dossier) == ()


@pytest.mark.parametrize("place", [0.1, 0.5, 0.8])
def test_a_flipped_byte_in_what_is_handed_over_is_found(played, tmp_path, place):
    data = bytearray(played.dossier.read_bytes())
    data[int(len(data) * place)] ^= 0x40
    altered = tmp_path / "altered.zip"
    altered.write_bytes(data)
    assert check_dossier(altered)


def test_a_change_that_is_backed_out_leaves_the_server_as_it_was(tmp_path):
    with ExitStack() as stack:
        stage = _stage(tmp_path, stack)
        shop, services = stage.shop, stage.services
        config = shop.config.read_bytes()
        change = play._agree(stage, play._plan(stage, play._enrol(stage), extras.waits(stage.shop)))
        play._prepare(stage, change)
        runner = stage.acting(plan.IMPLEMENTER)
        changes.move_change(change.id, ChangeState.IMPLEMENT, desk=runner.desk)

        run = execution.start_run(change.id, desk=runner.desk)
        run = _carry_on(run.id, runner)
        decisions.answer_gate(run.id, "f1", "GO demo-01", desk=services.desk)
        run = _carry_on(run.id, runner)
        assert (run.state, run.current.step.id) == (RunState.WAITING, "f7")
        assert indexes(shop.database)
        assert _release(shop.health_url) == "2.0"

        execution.back_out(run.id, "The sum differs", desk=services.desk)
        run = _carry_on(run.id, runner)

        assert run.state is RunState.BACKED_OUT
        assert [item.state for item in run.active] == [StepState.DONE] * 4
        assert indexes(shop.database) == []
        assert shop.config.read_bytes() == config
        assert _release(shop.health_url) == "1.8"
        with services.new_uow() as uow:
            after = uow.changes.get(change.id)
        assert (after.state, after.backed_out) == (ChangeState.BACKOUT, True)
        moved = changes.move_change(change.id, ChangeState.REVIEW, desk=services.desk)
        assert moved.state is ChangeState.REVIEW
        assert services.verify_log().intact


def _stage(folder: Path, stack: ExitStack) -> Stage:
    server = stack.enter_context(PrivateSshd(folder / "server"))
    shop = install_shop(folder / "server" / "shop")
    stack.callback(shop.stop)
    around = Surroundings(
        actor=plan.COORDINATOR, secrets=SessionSecrets(), key_file=folder / "data" / KEY_FILE
    )
    services = open_services(folder / "data", around)
    stack.callback(services.close)
    return Stage(folder, services, server, shop, SPAN_S, lambda _text: None)


def _carry_on(run_id: str, runner: AppServices) -> Run:
    """Go on to where a person is asked; other work may keep this computer beyond its own limits."""
    while True:
        run = execution.play(run_id, runner.executors, desk=runner.desk, context=TaskContext())
        step = run.current
        if run.is_over or step is None or step.step.kind is not StepKind.CHECK:
            return run
        reason = play.own_load(play.newest_check(runner, run.change))
        run = decisions.confirm_step(run_id, step.step.id, reason, desk=runner.desk)


def _release(url: str) -> str:
    with urllib.request.urlopen(url, timeout=10) as answer:
        text: str = answer.read().decode()
    return next(release for release in ("1.8", "2.0") if release in text)
