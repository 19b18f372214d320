"""A night at the real window: a late run on two hosts, one undeclared; paused, then backed out."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog

from app.demo.sshd import PrivateSshd
from app.domain.event import NewEvent
from app.domain.ids import HostId
from app.domain.run import DeviationKind, Run, RunState, StepState
from app.domain.runbook import Phase, Runbook, Step, StepKind
from app.domain.window import TimeRange, Window
from tests.journeys.driver import SLOW_MS, Person, at_the_window
from tests.journeys.lab import Lab, opened, prepare
from ui.widgets.badges import StateBadge
from ui.widgets.confirm import TypedConfirmation
from ui.widgets.labels import Label

pytestmark = pytest.mark.journey
OTHER = HostId("other")


@pytest.fixture
def lab(tmp_path) -> Iterator[Lab]:
    with PrivateSshd(tmp_path / "server") as server:
        made = Lab(tmp_path / "data", server, tmp_path / "files")
        prepare(made)
        yield made


def plan_the_night(lab: Lab) -> None:
    """A runbook with every kind of step that waits, and a window that ended an hour ago."""
    services = opened(lab.data)
    host = lab.server.host()
    steps = (
        Step("n", "Tell the shop", StepKind.NOTIFY, recipients="The shop", instructions="Begins."),
        Step("m", "Photograph the rack", StepKind.MANUAL, proof=True),
        Step("a", "Stop it", StepKind.COMMAND, host.id, "sleep 3; echo stopped", estimate_s=1.0,
             p90_s=2.0),
        Step("o", "Switch the other over", StepKind.COMMAND, OTHER, "echo switched"),
        Step("g", "Go or not", StepKind.GATE, answer="GO", limit_s=20.0),
        Step("z", "Convert", StepKind.COMMAND, host.id, "sleep 30; echo converted"),
        Step("y", "Clean up", StepKind.COMMAND, host.id, "echo cleaned"),
        Step("b", "Start the old one", StepKind.COMMAND, host.id, "echo old", phase=Phase.BACKOUT),
    )  # fmt: skip
    with services.new_uow() as uow:
        uow.hosts.add(replace(host, id=OTHER, name="demo-02"))
        uow.log.append(NewEvent("host.added", "Added demo-02"))
        (change,) = uow.changes.list()
        uow.commit()
    now = services.clock.now()
    late = Window(TimeRange(now - timedelta(hours=2), now - timedelta(hours=1)))
    with services.new_uow() as uow:  # agreed long before
        kept = replace(uow.changes.get(change.id), runbook=Runbook(steps), window=late)
        uow.changes.save(kept)
        uow.log.append(NewEvent("change.edited", "Planned the night", change.id))
        uow.commit()
    services.close()


def the_run(person: Person) -> Run:
    with person.services.new_uow() as uow:
        (run,) = uow.runs.list()
    return run


def until(person: Person, step: str, state: StepState) -> None:
    person.wait(lambda: the_run(person).of(step).state is state, f"{step} {state}", SLOW_MS)
    person.settle(SLOW_MS)


def tell_and_prove(person: Person) -> None:
    """Answer the notification and the manual step, which wants its file."""
    person.wait(lambda: person.can_press("Save as mail file"), "the notification")
    person.type("Who was told", "Lerato, by telephone")
    person.press("They were told")
    until(person, "m", StepState.WAITING)
    assert not person.can_press("Done"), "a proof is missing"
    person.press("Add a file or photo")
    person.wait(lambda: bool(the_run(person).of("m").proofs), "the proof")
    person.press_when_free("Done")


def let_the_gate_stop_and_pass_it_late(person: Person) -> None:
    """Say nothing until it stops, open it again, and say why to go on so late."""
    until(person, "g", StepState.WAITING)
    until(person, "g", StepState.STOPPED)
    assert "Nobody answered in time, so nothing was sent" in person.text()
    person.press("Open the gate again")
    type_the_words(person, "Why go on all the same", "Too far to turn round", "GO")
    person.wait(lambda: the_run(person).of("z").state is StepState.SENT, "the long step")


def type_the_words(person: Person, label: str, why: str, words: str) -> None:
    """Say why, and type what has to be typed."""
    person.wait(lambda: bool(person.seen(TypedConfirmation)), "the words to type")
    (asked,) = person.seen(TypedConfirmation)
    person.type(label, why)
    asked.field.setFocus()
    QTest.keyClicks(asked.field, words)
    person.click(asked.button)


def pause_and_back_out(person: Person) -> None:
    """Pause while a step goes on, then turn round."""
    person.press_when_free("Pause")
    person.wait(lambda: the_run(person).state is RunState.PAUSED, "the pause")
    words = "Paused; what was sent goes on to its end"
    person.wait(lambda: words in {one.accessibleName() for one in person.seen(StateBadge)}, words)
    assert person.button("Pause").reason == "Paused already"
    person.press_when_free("Back out")
    type_the_words(person, "Why", "It takes too long", "BACK OUT demo-01")
    person.wait(lambda: the_run(person).state is RunState.BACKED_OUT, "the way back", SLOW_MS)
    person.settle(SLOW_MS)


def read_the_deviations(person: Person) -> list[str]:
    """Read the timeline; the entry that is picked can be read whole."""
    person.press("Timeline")
    person.press("Deviations")
    table = person.table("Timeline")
    said = [table.model().index(row, 1).data() for row in range(table.model().rowCount())]
    late = next(row for row, text in enumerate(said) if "was passed" in text)
    person.pick(table, late)
    assert said[late] in [label.text() for label in person.seen(Label)], "all of it"
    return said


def test_a_late_night_writes_down_by_itself_where_it_left_the_plan(
    lab, qapp, qtbot, tmp_path, monkeypatch
):
    plan_the_night(lab)
    picture = tmp_path / "rack.png"
    image = QImage(40, 30, QImage.Format.Format_RGB32)
    image.fill(0)
    image.save(str(picture))
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_a, **_k: (str(picture), ""))
    with at_the_window(lab.data, "Nomsa", qtbot) as person:
        person.go("run")
        person.press("Start the run")
        tell_and_prove(person)
        let_the_gate_stop_and_pass_it_late(person)
        pause_and_back_out(person)
        said = "\n".join(read_the_deviations(person))
    run = the_run_of(lab)
    kinds = {kind: {d.step for d in run.deviations if d.kind is kind} for kind in DeviationKind}
    assert kinds[DeviationKind.UNDECLARED_HOST] == {"o"}
    assert kinds[DeviationKind.OUT_OF_WINDOW] == {"n", "m", "a", "o", "g", "z", "b"}
    assert kinds[DeviationKind.OVERRUN] == {"a"}
    assert kinds[DeviationKind.PAST_DEADLINE] == {"g"}
    assert "touched demo-02, a host that the change does not name" in said
    assert run.of("y").state is StepState.PENDING, "nothing more was sent forward"
    assert run.backout_reason == "It takes too long"


def the_run_of(lab: Lab) -> Run:
    services = opened(lab.data)
    with services.new_uow() as uow:
        (run,) = uow.runs.list()
    services.close()
    return run
