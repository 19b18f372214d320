"""Approval by file on the command line: two data folders, two keyrings, and files between them."""

import json
from contextlib import closing
from pathlib import Path

import pytest

from app import bootstrap
from app.__main__ import main
from app.bootstrap import Surroundings, open_services
from app.domain.change import Change, ChangeState
from app.domain.event import NewEvent
from app.secrets import SessionSecrets
from app.services.change import changes
from tests.examples import DB, identified, planned


class Keyring(SessionSecrets):
    lasting = True


class Desks:
    """A coordinator's and an approver's computer."""

    def __init__(self, folder: Path, monkeypatch, capsys) -> None:
        self.folder, self._patch, self._capsys = folder, monkeypatch, capsys
        self.keys = {"home": Keyring(), "away": Keyring()}
        with closing(self.open("home")) as services:
            self.change = self._asked(services)

    def open(self, where: str):
        around = Surroundings(actor="Nomsa", secrets=self.keys[where])
        return open_services(self.folder / where, around)

    def _asked(self, services) -> Change:
        desk = services.desk
        with services.new_uow() as uow:
            uow.hosts.add(DB)
            uow.log.append(NewEvent("host.added", "Added db-01"))
            uow.commit()
        change = changes.open_change("Upgrade <b>PostgreSQL</b>", desk=desk)
        changes.edit_change(change.id, identified, desk=desk)
        changes.move_change(change.id, ChangeState.ASSESS, desk=desk)
        changes.edit_change(change.id, planned, desk=desk)
        return changes.move_change(change.id, ChangeState.AUTHORIZE, desk=desk)

    def call(self, where: str, *words: object) -> tuple[int, str, str]:
        self._patch.setattr(bootstrap, "open_secrets", lambda: self.keys[where])
        self._capsys.readouterr()
        code = main(["--data", str(self.folder / where), "approval", *map(str, words)])
        said = self._capsys.readouterr()
        return code, said.out, said.err

    def answer(self, where: str, *words: object) -> tuple[int, dict]:
        code, out, _err = self.call(where, *words, "--json")
        return code, json.loads(out)

    def now(self) -> Change:
        with closing(self.open("home")) as services, services.new_uow() as uow:
            return uow.changes.get(self.change.id)


@pytest.fixture
def desks(tmp_path, monkeypatch, capsys) -> Desks:
    monkeypatch.chdir(tmp_path)
    return Desks(tmp_path, monkeypatch, capsys)


def test_a_change_is_approved_by_file_between_two_computers(desks, tmp_path):
    code, asked = desks.answer("home", "request", desks.change.number, "--as", "Nomsa")
    assert code == 0
    file = tmp_path / asked["file"]
    assert file.name == "CHG-000001-r1-approval-request.json"
    assert asked["plan_hash"] == desks.change.plan_hash

    code, shown = desks.answer("away", "show", file)
    assert (code, shown["kind"], shown["key_state"]) == (0, "request", "unknown")
    titles = [part["title"] for part in shown["plan"]]
    assert titles[:2] == ["Why", "What"]
    _code, out, _err = desks.call("away", "show", file)
    assert "Upgrade <b>PostgreSQL</b>" in out
    assert "  Implementer: Sipho" in out

    code, refused = desks.answer("away", "decide", file, "approve", "--as", "Pieter")
    assert (code, refused["error"]) == (1, "SignerUnknown")
    assert asked["key"] in refused["text"]
    code, given = desks.answer(
        "away", "decide", file, "approve", "--as", "Pieter", "--comment", "Go ahead",
        "--confirm", asked["key"], "--out", tmp_path / "answer.json",
    )  # fmt: skip
    assert (code, given["decision"]) == (0, "approved")

    code, key = desks.answer("away", "key", "--as", "Pieter")
    assert key == {"name": "Pieter", "key": given["key"]}
    _code, out, _err = desks.call("home", "show", tmp_path / "answer.json")
    assert "approved by Pieter" in out
    assert "nobody has confirmed yet" in out
    code, refused = desks.answer("home", "import", tmp_path / "answer.json")
    assert (code, refused["error"]) == (1, "SignerUnknown")
    code, taken = desks.answer("home", "import", tmp_path / "answer.json", "--confirm", key["key"])
    assert (code, taken["is_new"], taken["standing"]) == (0, True, ["Pieter"])
    code, again = desks.answer("home", "import", tmp_path / "answer.json")
    assert (code, again["is_new"]) == (0, False)
    assert [(item.approver, item.comment) for item in desks.now().approvals] == [
        ("Pieter", "Go ahead")
    ]


def test_an_altered_answer_and_a_file_that_is_none_are_refused_by_their_codes(desks, tmp_path):
    _code, asked = desks.answer("home", "request", desks.change.number)
    text = (tmp_path / asked["file"]).read_text().replace('"db-01"', '"db-02"')
    (tmp_path / "altered.json").write_text(text)
    code, refused = desks.answer("away", "show", tmp_path / "altered.json")
    assert (code, refused["error"]) == (1, "NotAuthentic")
    (tmp_path / "letter.txt").write_text("Dear Nomsa, yes")
    assert desks.answer("home", "import", tmp_path / "letter.txt")[0] == 2
    assert desks.answer("home", "import", tmp_path / "nothing.json")[0] == 2
    assert desks.now().approvals == ()


def test_a_rejection_needs_its_comment_and_a_folder_that_is_there(desks, tmp_path):
    _code, asked = desks.answer("home", "request", desks.change.number)
    file = tmp_path / asked["file"]
    words = ("decide", file, "reject", "--as", "Pieter", "--confirm", asked["key"])
    code, refused = desks.answer("away", *words)
    assert (code, refused["text"]) == (1, "A rejection needs a comment.")
    code, refused = desks.answer(
        "away", *words, "--comment", "No", "--out", tmp_path / "no" / "x.json"
    )
    assert (code, refused["error"]) == (2, "InvalidInput")


def test_what_waits_for_approval_is_printed_a_page_each(desks, tmp_path):
    code, made = desks.answer("home", "agenda", "--out", tmp_path / "board.pdf")
    assert (code, made["pages"], made["numbers"]) == (0, 2, [desks.change.number])
    assert (tmp_path / "board.pdf").read_bytes().startswith(b"%PDF")
    for words, pages in (("title", 2), ("all", 2), ("state=open", 2)):
        wanted = desks.change.title.split()[0] if words == "title" else words
        code, made = desks.answer("home", "agenda", "--filter", wanted, "--out", tmp_path / "f.pdf")
        assert (code, made["pages"], made["numbers"]) == (0, pages, [desks.change.number])
    for words in ("nosuchword", "state=closed"):
        code, refused = desks.answer("home", "agenda", "--filter", words)
        assert (code, refused["text"]) == (1, "No change of this list waits for approval.")
    code, refused = desks.answer("home", "agenda", desks.change.number, "--filter", "all")
    assert refused["text"] == "Name changes or a filter, not both."
    code, refused = desks.answer("away", "agenda")
    assert (code, refused["text"]) == (1, "No change waits for approval.")


def test_without_a_keyring_nothing_is_signed_and_the_reason_is_said(desks):
    desks.keys["home"] = SessionSecrets()
    code, out, err = desks.call("home", "request", desks.change.number)
    assert (code, out) == (1, "")
    assert "no keyring" in err
