"""What a person reads in the real window when the world does not play along."""

import secrets
from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt

from app.demo.sshd import PrivateSshd, new_key
from tests.journeys.driver import SLOW_MS, Person, at_the_window
from tests.journeys.lab import Lab, prepare
from tests.journeys.writing import badges
from tests.small_disk import small_disk
from ui.messages import Message
from ui.widgets.labels import Label
from ui.widgets.long_transcript import LongTranscript

pytestmark = pytest.mark.journey


@pytest.fixture
def lab(tmp_path) -> Iterator[Lab]:
    with PrivateSshd(tmp_path / "server") as server:
        made = Lab(tmp_path / "data", server, tmp_path / "shop")
        prepare(made)
        yield made


def test_another_host_key_stops_everything_and_says_whom_to_ask(lab, qapp, qtbot):
    give_another_key(lab.server)
    with at_the_window(lab.data, "Nomsa", qtbot) as person:
        make_the_vault(person)
        for message in (checked(person), backed_up(person, lab)):
            assert (message.state, message.host) == ("Another host key", "demo-01")
            assert message.step == "host key"
            assert lab.server.key.sha256 in message.cause
            assert "Nothing was sent" in message.cause
            assert "Ask the server's administrator" in message.next
        person.go("hosts")
        person.press("Test the connection")
        person.settle(SLOW_MS)
        assert "Nothing was sent" in person.text()
        person.press("Ask the host for its key")
        person.settle(SLOW_MS)
        assert "This is not the confirmed key" in badges(person)
        person.press("Enrol the new key")
        assert "Another key needs a reason" in person.text()


def test_a_wrong_password_is_tried_once_and_said(tmp_path, qapp, qtbot):
    with PrivateSshd(tmp_path / "server", {"PasswordAuthentication": "yes"}) as server:
        lab = Lab(tmp_path / "data", server, tmp_path / "shop")
        prepare(lab)
        with at_the_window(lab.data, "Nomsa", qtbot) as person:
            person.go("hosts")
            person.press("Edit")
            person.fill({"Login by": "Password from the keyring", "Password": "guess-me-not"})
            person.press("Save")
            person.settle()
            message = checked(person)
            assert (message.state, message.host, message.step) == (
                "Login refused",
                "demo-01",
                "login",
            )
            assert "tried once" in message.next
            assert "guess-me-not" not in person.text() + message.as_text()
        assert server.log.read_text("utf-8", "replace").count("Failed password") == 1


def test_a_host_that_is_down_is_named_and_the_run_waits_for_a_person(lab, qapp, qtbot):
    lab.server.stop()
    with at_the_window(lab.data, "Nomsa", qtbot) as person:
        make_the_vault(person)
        for message in (checked(person), backed_up(person, lab)):
            assert (message.state, message.host) == ("Not reachable", "demo-01")
            assert message.step == "connection"
            assert f"Port {lab.server.port} of 127.0.0.1 refuses" in message.cause
            assert "Is the SSH server running" in message.next
            assert "Error" not in message.cause
        person.go("run")
        person.press("Start the run")
        person.wait(lambda: person.can_press("It was done"), "the question", SLOW_MS)
        person.settle()
        assert "refuses connections" in person.text()
        assert "Nothing else was sent" in person.text()
        lab.server.start()
        person.press("Send again")
        person.wait(lambda: "ended" in person.text().lower(), "the end of the run", SLOW_MS)
        person.settle()


def test_a_full_vault_keeps_nothing_half_and_says_how_much_is_needed(lab, qapp, qtbot):
    with small_disk(lab.data / "vault", "6m"), at_the_window(lab.data, "Nomsa", qtbot) as person:
        make_the_vault(person)
        (lab.files / "big").write_bytes(secrets.token_bytes(12_000_000))
        message = backed_up(person, lab)
        assert message.state == "Disk full"
        assert "MB" in message.cause
        assert (message.host, message.step) == ("this computer", "vault")
        assert "No half set was kept" in message.next
        with person.services.new_uow() as uow:
            assert not uow.backups.list()


def test_what_a_server_says_is_text_in_the_run_and_in_the_report_of_a_check(lab, qapp, qtbot):
    with at_the_window(lab.data, "Nomsa", qtbot) as person:
        person.go("run")
        person.press("Start the run")
        person.wait(lambda: "ended" in person.text().lower(), "the end of the run", SLOW_MS)
        person.settle()
        (transcript,) = person.seen(LongTranscript)
        said = "<b>bold</b> =cmd() ^[[31mred^[[0m"
        person.wait(lambda: said in transcript.text(), "what the server said")
        assert "\x1b" not in transcript.text() + person.text()
        assert {label.textFormat() for label in person.seen(Label)} == {Qt.TextFormat.PlainText}


def test_a_login_that_only_talks_is_quoted_not_obeyed(tmp_path, qapp, qtbot):
    talk = {"ForceCommand": r"printf '<b>bold</b> =cmd() \033[31mred\n'; exit 1"}
    with PrivateSshd(tmp_path / "server", talk) as server:
        lab = Lab(tmp_path / "data", server, tmp_path / "shop")
        prepare(lab)
        with at_the_window(lab.data, "Nomsa", qtbot) as person:
            person.go("hosts")
            person.press("Test the connection")
            person.settle(SLOW_MS)
            assert "\x1b" not in person.text()
            assert "The account runs no shell: <b>bold</b> =cmd()" in person.text()
            person.go("health")
            person.press("Check now")
            person.settle(SLOW_MS)
            assert "12 unknown" in person.text()
            assert "OK" not in badges(person)


def make_the_vault(person: Person) -> None:
    person.go("backups")
    person.press("Make the vault")
    person.wait(lambda: "Recovery key of this vault" in person.text(), "the recovery key")
    person.settle()


def checked(person: Person) -> Message:
    """Ask for a health check and return what the window says."""
    person.go("health")
    person.press("Check now")
    return person.told(SLOW_MS)


def backed_up(person: Person, lab: Lab) -> Message:
    """Ask for a backup of the change and return what the window says."""
    person.find(lab.change, "Change the shop")
    person.wait(lambda: person.page.id == "changes", "the page of the change")
    person.settle()
    person.tab("Backup")
    person.press("Back up and prove")
    return person.told(SLOW_MS)


def give_another_key(server: PrivateSshd) -> None:
    """Let the server come back as another machine would."""
    server.stop()
    for name in ("host", "host.pub"):
        (server.folder / name).unlink()
    new_key(server.folder / "host")
    server.start()
