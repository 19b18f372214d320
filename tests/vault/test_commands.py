"""The commands without a window: real store, real vault, real server, JSON answers, exit codes."""

import io
import json
from contextlib import closing
from pathlib import Path

import pytest

from app.__main__ import main
from app.bootstrap import Surroundings, open_services
from app.domain.event import NewEvent
from tests.reports.reading import texts


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
def desk(new_data, tmp_path, ssh_host, capsys) -> Desk:
    data, key_file = new_data, tmp_path / "key.txt"
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
    nothing = {"adopted": [], "missing": [], "quarantined": [], "proof_records": []}
    assert desk("vault", "adopt") == (0, nothing)

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


def test_a_proof_record_that_was_removed_is_named_and_stays_on_record(desk, ssh_host, shop):
    desk("vault", "make")
    code, taken = desk("backup", "--host", ssh_host.name, "--path", f"{shop}/conf")
    folder = desk.data / "vault" / taken["sets"][0]["path"] / "verification"
    next(folder.glob("*-L2.json")).unlink()
    assert desk.say("vault", "list") == 0
    assert desk.said.strip().endswith("a proof record is missing")
    assert "L1 intact" in desk.said
    set_id = taken["sets"][0]["id"]
    code, shown = desk("vault", "verify", set_id)
    assert (code, shown["level"]) == (3, 2), "proven again, and not as it should be all the same"
    assert [one["level"] for one in shown["verifications"] if one["record_missing"]] == [2]
    assert desk.say("vault", "show", set_id) == 0
    assert "A proof record is missing: L2 readable, passed, " in desk.said
    assert desk("verify")[0] == 0, "the log says so of itself"


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


@pytest.fixture
def taken(desk, ssh_host, shop) -> str:
    """The id of a set of the shop's files, in a vault just made; a file was changed since."""
    desk("vault", "make")
    wanted = ("--host", ssh_host.name, "--path", str(shop), "--exclude", "*.sqlite*")
    _code, taken = desk("backup", *wanted)
    (shop / "conf" / "shop.ini").write_text("workers = 64\n")
    return taken["sets"][0]["id"]


def test_a_restore_is_planned_compared_done_and_undone_over_ssh(desk, ssh_host, shop, taken):
    code, plan = desk("vault", "plan", taken)
    assert code == 0
    assert plan["steps"][1]["target"] == f"{shop}.changedesk-restore-MARK"
    code, found = desk("vault", "diff", taken)
    assert code == 3
    assert {line["path"] for line in found["lines"]} == {
        f"{shop}/conf/shop.ini",
        f"{shop}/same.ini",
    }
    code, entries = desk("vault", "find", taken, "--path", "shop.ini")
    assert [entry["path"] for entry in entries["entries"]] == [f"{shop}/conf/shop.ini"]

    one = (taken, "--path", f"{shop}/conf/shop.ini", "--on-host", ssh_host.name)
    assert desk("vault", "restore", *one)[0] == 0
    assert (shop / "conf" / "shop.ini").read_text() == "workers = 2\n"
    code, listed = desk("vault", "restores")
    (restore,) = listed["restores"]
    assert (code, restore["state"]) == (0, "swapped")
    assert desk("vault", "undo", restore["id"], "--on-host", "typo")[0] == 1
    assert desk("vault", "undo", restore["id"], "--on-host", ssh_host.name)[0] == 0
    assert (shop / "conf" / "shop.ini").read_text() == "workers = 64\n"
    assert desk("vault", "settle", restore["id"], "--on-host", ssh_host.name)[0] == 0
    assert list(shop.rglob("*changedesk*")) == []
    assert desk("vault", "restores")[1]["restores"] == []
    assert desk.say("vault", "plan", taken) == 0
    assert "age -d -i key.txt objects/01-files.tar.zst.age" in desk.said


def test_what_is_needed_stays_and_a_set_is_held_by_command(desk, taken):
    code, seen = desk("vault", "retain", "--apply")
    assert (code, seen["goes"]) == (0, [])
    assert "only_proven" in seen["stays"][taken]
    assert desk("vault", "bin", taken, "--reason", "old")[0] == 1
    assert desk("vault", "hold", taken, "--reason", "asked for")[0] == 0
    assert "hold" in desk("vault", "retain")[1]["stays"][taken]
    assert desk("vault", "release", taken)[0] == 0
    assert desk("vault", "unbin", taken)[0] == 1


def test_the_key_is_changed_printed_and_tried_by_command(desk, taken, tmp_path, monkeypatch):
    assert desk("vault", "key")[1]["checked_at"] is None
    sheet = tmp_path / "sheet.pdf"
    code, said = desk("vault", "rotate", "--reason", "a colleague left", "--sheet", str(sheet))
    assert (code, said) == (0, {"sheet": str(sheet)})
    assert sheet.stat().st_mode & 0o777 == 0o600
    page = "".join(texts(sheet.read_bytes())[0].split())
    key = page[page.index("AGE-SECRET-KEY-1") :][:74]
    for typed, code in (("AGE-SECRET-KEY-1WRONG", 1), (key.lower(), 0)):
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        assert desk("vault", "check-key")[0] == code
    assert desk("vault", "key")[1]["checked_at"]
    assert desk("vault", "verify", taken, "--level", "L2")[0] == 0
    assert desk("vault", "rotate", "--sheet", str(sheet))[0] == 2
    assert desk.say("vault", "key") == 0
    assert "its recovery key was tried" in desk.said


def test_a_preview_takes_nothing_and_says_what_would_be(desk, ssh_host, tmp_path):
    tree = tmp_path / "srv"
    (tree / "cache").mkdir(parents=True)
    (tree / "a.txt").write_text("text")
    desk.say("vault", "make")
    words = ("backup", "--host", ssh_host.name, "--path", str(tree), "--exclude", "cache")
    code, said = desk(*words, "--preview")
    (host,) = said["hosts"]
    assert (code, host["is_ready"]) == (0, True)
    assert host["sources"][0]["members"] == 2
    assert host["sources"][0]["left_out"][0]["members"] == 1
    assert desk("vault", "list")[1] == {"sets": []}
    assert desk.say("backup", "--host", ssh_host.name, "--path", "/gone", "--preview") == 3
    assert "No such file" in desk.said
