"""The window is closed while work goes on: it says so first, and the next start finds the rest."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.demo.sshd import PrivateSshd
from app.domain.run import Run, StepState
from tests.journeys.driver import SLOW_MS, Person, at_the_window
from tests.journeys.lab import Lab, opened, prepare

pytestmark = pytest.mark.journey


@pytest.fixture
def lab(tmp_path) -> Iterator[Lab]:
    with PrivateSshd(tmp_path / "server") as server:
        made = Lab(tmp_path / "data", server, tmp_path / "shop")
        prepare(made, f"touch {tmp_path}/begun; sleep 5; touch {tmp_path}/went-on")
        yield made


def the_run(person: Person) -> Run | None:
    with person.services.new_uow() as uow:
        return next(iter(uow.runs.list()), None)


def bytes_in(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def close_twice(person: Person) -> None:
    """Close the window: it stays and says why; then all the same."""
    window = person.desktop.window
    assert not window.close(), "work goes on"
    assert window.isVisible()
    (banner,) = person.page.banners.banners
    assert banner.message.state == "Work is still going on, so the window stayed open"
    assert banner.message.step
    person.press("Close all the same")
    assert not window.isVisible()


def test_a_step_goes_on_on_its_host_and_waits_to_be_looked_at(lab, qapp, qtbot, tmp_path):
    with at_the_window(lab.data, "Nomsa", qtbot) as person:
        person.go("run")
        person.press("Start the run")
        person.wait((tmp_path / "begun").exists, "the command on its host", SLOW_MS)
        close_twice(person)
    with at_the_window(lab.data, "Nomsa", qtbot, quiet=False) as person:
        message = person.told(SLOW_MS)
        assert message.state == "A run waits: how a step of it ended is not known"
        assert message.step == "Say it"
        person.wait((tmp_path / "went-on").exists, "the rest of the command on its host", SLOW_MS)
        person.go("run")
        person.press("Look on the host")
        person.wait(lambda: the_run(person).of("f1").state is StepState.DONE, "its end", SLOW_MS)
        person.settle(SLOW_MS)


def test_a_backup_that_is_left_leaves_nothing_behind(lab, qapp, qtbot):
    services = opened(lab.data)
    services.vault.make()
    services.close()
    (lab.files / "big").write_bytes(os.urandom(120_000_000))
    with at_the_window(lab.data, "Nomsa", qtbot) as person:
        person.find(lab.change, lab.change)
        person.settle()
        person.tab("Backup")
        person.press("Back up and prove")
        sets = lab.data / "vault" / "sets"
        person.wait(lambda: bytes_in(sets) > 1_000_000, "the first of the files in the vault")
        close_twice(person)
    assert bytes_in(sets) == 0, "nothing half is left in the vault"
    with at_the_window(lab.data, "Nomsa", qtbot) as person:
        with person.services.new_uow() as uow:
            assert not uow.backups.list()
        assert person.services.verify_log().intact
        person.go("backups")
        assert "No backup yet" in person.text()
