"""The commands without a window: real store, real vault, real server, JSON answers, exit codes."""

import json
from contextlib import closing
from pathlib import Path

import pytest

from app.__main__ import main
from app.bootstrap import Surroundings, open_services
from app.domain.event import NewEvent


class Desk:
    """Calls `changedesk` on one data folder."""

    def __init__(self, data: Path, key_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.data, self.key_file, self._capsys = data, key_file, capsys
        self.said = ""

    def __call__(self, *words: str) -> tuple[int, dict]:
        code = self.say(*words, "--json")
        return code, json.loads(self.said)

    def say(self, *words: str) -> int:
        code = main(["--data", str(self.data), "--key-file", str(self.key_file), *words])
        self.said = self._capsys.readouterr().out
        return code


@pytest.fixture
def desk(tmp_path, ssh_host, capsys) -> Desk:
    data, key_file = tmp_path / "data", tmp_path / "key.txt"
    around = Surroundings(key_file=key_file)
    with closing(open_services(data, around)) as services, services.new_uow() as uow:
        uow.hosts.add(ssh_host)
        uow.log.append(NewEvent("host.added", "Added"))
        uow.commit()
    return Desk(data, key_file, capsys)


def test_from_making_a_vault_to_restoring_on_another_computer(desk, ssh_host, shop, tmp_path):
    code, made = desk("vault", "make")
    assert code == 0
    assert made["recovery_key"].startswith("AGE-SECRET-KEY-1")
    assert desk("vault", "make")[0] == 1

    wanted = ("--host", ssh_host.name, "--path", str(shop), "--exclude", "*.sqlite*")
    code, taken = desk("backup", *wanted, "--sqlite", f"{shop}/shop.sqlite", "--level", "L4")
    assert code == 0
    (one,) = taken["sets"]
    assert (one["level"], one["state"]) == (4, "captured")
    assert desk("vault", "list")[1]["sets"][0]["id"] == one["id"]
    code, shown = desk("vault", "show", one["id"][:30])
    assert [proof["outcome"] for proof in shown["verifications"]] == ["passed"] * 5
    assert desk("vault", "verify", one["id"], "--level", "L2")[0] == 0
    assert desk.say("vault", "show", one["id"]) == 0
    assert "L4 restored" in desk.said
    assert desk("vault", "adopt") == (0, {"adopted": [], "missing": [], "quarantined": []})

    (shop / "conf" / "shop.ini").write_text("workers = 64\n")
    code, back = desk("vault", "restore", one["id"], "--on-host", ssh_host.name, "--no-safety")
    assert code == 0
    assert back["kept"]
    assert (shop / "conf" / "shop.ini").read_text() == "workers = 2\n"
    assert desk("vault", "restore", one["id"], "--on-host", "typo")[0] == 1

    printed = tmp_path / "printed.txt"
    printed.write_text(made["recovery_key"] + "\n")
    printed.chmod(0o600)
    elsewhere = ("--folder", str(desk.data / "vault"), "--identity", str(printed))
    assert desk("vault", "list", *elsewhere)[1]["sets"][0]["id"] == one["id"]
    assert desk("vault", "verify", one["id"], "--level", "L2", *elsewhere)[0] == 0
    assert desk("vault", "restore", one["id"], "--to", str(tmp_path / "out"), *elsewhere)[0] == 0
    assert list((tmp_path / "out").iterdir())
    assert desk("vault", "accept", one["id"], "--reason", "x", *elsewhere)[0] == 2


def test_a_damaged_or_partial_set_ends_with_code_3(desk, ssh_host, shop):
    desk("vault", "make")
    there = ("--host", ssh_host.name, "--path", f"{shop}/conf")
    code, taken = desk("backup", *there, "--path", "/nowhere/at/all")
    assert (code, taken["sets"][0]["state"]) == (3, "partial")
    set_id = taken["sets"][0]["id"]
    assert desk("vault", "accept", set_id)[0] == 1
    assert desk("vault", "accept", set_id, "--reason", "It is new")[0] == 0
    folder = desk.data / "vault" / taken["sets"][0]["path"]
    (folder / "objects" / taken["sets"][0]["objects"][0]["name"]).unlink()
    code, shown = desk("vault", "verify", set_id)
    assert (code, shown["verifications"][-1]["outcome"]) == (3, "failed")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("backup",), 2),
        (("backup", "--host", "demo-01"), 2),
        (("backup", "--host", "nobody", "--path", "/etc"), 1),
        (("backup", "CHG-999999"), 1),
        (("vault", "show"), 2),
        (("vault", "show", "0000"), 1),
        (("vault", "list", "--folder", "/tmp"), 2),
    ],
)
def test_wrong_words_are_named(desk, words, code):
    desk("vault", "make")
    assert desk(*words)[0] == code
    assert json.loads(desk.said)["text"]


def test_a_backup_without_a_vault_says_how_to_make_one(desk, ssh_host):
    code, told = desk("backup", "--host", ssh_host.name, "--path", "/etc/hostname")
    assert (code, told["error"]) == (1, "NotFound")
