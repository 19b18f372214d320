"""What a server says is shown as it is: never read as markup, never obeyed, never run."""

from dataclasses import replace
from datetime import timedelta

import pytest
from PySide6.QtCore import Qt

from app.bootstrap import Surroundings, open_services
from app.domain.change import ChangeState
from app.domain.event import NewEvent
from app.domain.ids import RunId, new_id
from app.domain.run import Run, RunState, StepRun, StepState
from app.domain.runbook import Step, StepKind
from app.secrets import SessionSecrets
from app.services.change import changes
from app.services.run import execution
from app.tasks import TaskContext
from ui.actions import Actions
from ui.changed import Changed
from ui.context import Tools
from ui.messages import Messages
from ui.navigation import Navigation
from ui.pages.run.page import RunPage
from ui.widgets.labels import Label
from ui.widgets.long_transcript import LongTranscript

TITLE = "<b>bold</b> <img src=x> =cmd()"
COMMAND = r"""
printf '<b>bold</b> <a href="file:///etc/passwd">x</a> &lt;\n'
printf '\033[31mred\033[0m \033]0;title\007 \033[2J\n'
printf '=cmd|/c calc!A1\n+1+1\n@SUM(A1)\n'
printf 'safe\342\200\256txt.exe\342\200\254\n'
printf '$(touch %s) `touch %s`\n' "$HOME/ran" "$HOME/ran"
printf 'error <i>it</i>\n' >&2
exit 3
"""


@pytest.fixture
def services(new_data):
    around = Surroundings(actor="Nomsa", secrets=SessionSecrets())
    made = open_services(new_data, around)
    yield made
    made.close()


def said_by_a_server(services, host) -> Run:
    """Run one step on a real server that says all of it and fails."""
    change = changes.open_change("Listen to a server", desk=services.desk)
    now = services.clock.now()
    step = Step("f1", TITLE, StepKind.COMMAND, host.id, COMMAND, estimate_s=1, limit_s=30)
    run = Run(
        RunId(new_id()), change.id, "", RunState.RUNNING, (StepRun(step, planned_start=now),),
        now - timedelta(seconds=1), by="Nomsa",
    )  # fmt: skip
    with services.new_uow() as uow:
        uow.hosts.add(host)
        uow.changes.save(replace(change, hosts=(host.id,), state=ChangeState.IMPLEMENT))
        uow.runs.add(run)
        uow.log.append(NewEvent("run.started", "Started", change.id))
        uow.commit()
    return execution.play(run.id, services.executors, desk=services.desk, context=TaskContext())


@pytest.fixture
def page(qtbot, theme, tasks, services, ssh_host):
    run = said_by_a_server(services, ssh_host)
    assert run.steps[0].state is StepState.FAILED
    tools = Tools(tasks, Messages(), Changed(), Navigation(), Actions(), theme)
    made = RunPage(tools.with_services(services))
    qtbot.addWidget(made)
    made.resize(1240, 872)
    made.show()
    made.open(run.id)
    (transcript,) = made.findChildren(LongTranscript)
    qtbot.until_quiet(lambda: made.ready and "touch" in transcript.text())
    yield made
    tasks.shutdown()  # before the store is closed


def test_the_transcript_shows_every_character_and_obeys_none(page, ssh_server):
    (transcript,) = page.findChildren(LongTranscript)
    text = transcript.text()
    for line in (
        '<b>bold</b> <a href="file:///etc/passwd">x</a> &lt;',
        "^[[31mred^[[0m ^[]0;title^G ^[[2J",
        "=cmd|/c calc!A1",
        "+1+1",
        "@SUM(A1)",
        "safe<U+202E>txt.exe<U+202C>",
        f"$(touch {ssh_server.home}/ran) `touch {ssh_server.home}/ran`",
        "error <i>it</i>",
    ):
        assert line in text
    assert not [mark for mark in "\x1b\x07\u202e\u202c" if mark in text]
    assert not (ssh_server.home / "ran").exists()


def test_the_table_and_all_labels_show_it_literally(page):
    model = page._table.rows_model
    shown = [model.index(0, column).data() for column in range(model.columnCount())]
    assert any(text and TITLE in text for text in shown)
    tips = [
        model.index(0, column).data(Qt.ItemDataRole.ToolTipRole)
        for column in range(model.columnCount())
    ]
    assert not [tip for tip in tips if tip and ("<b>" in tip or "<img" in tip)]
    labels = page.findChildren(Label)
    assert any(label.text() == TITLE for label in labels)
    assert {label.textFormat() for label in labels} == {Qt.TextFormat.PlainText}


def test_the_bytes_are_kept_as_they_came(page, services):
    with services.new_uow() as uow:
        (run,) = uow.runs.list()
    kept = services.files.get(run.steps[0].transcript)
    assert b"\x1b[31mred\x1b[0m" in kept
    assert "safe\u202etxt.exe".encode() in kept
