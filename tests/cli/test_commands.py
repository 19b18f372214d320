"""The commands as they are run: their answers, their exit codes, and one program at a time."""

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app import __version__
from app.bootstrap import Surroundings, open_services
from app.domain.event import NewEvent
from app.domain.host import Host
from app.domain.runbook import Runbook, Step, StepKind
from app.secrets import SessionSecrets
from app.services.change import changes
from app.store.sqlite import FILE_NAME


@pytest.fixture
def data(new_data: Path, ssh_host: Host) -> Path:
    """A data folder with one host and one draft, and no program that has it open."""
    with closing(
        open_services(new_data, Surroundings(actor="Nomsa", secrets=SessionSecrets()))
    ) as services:
        with services.new_uow() as uow:
            uow.hosts.add(ssh_host)
            uow.log.append(NewEvent("host.added", "Added demo-01"))
            uow.commit()
        changes.open_change("Upgrade <b>PostgreSQL</b>", desk=services.desk)
    return new_data


def call(*words: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "app", *map(str, words)],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "PYTHONWARNINGS": "error"},
        cwd=Path(__file__).parents[2],
        check=False,
    )


def answer(*words: object) -> tuple[int, dict[str, Any]]:
    done = call(*words, "--json")
    assert len(done.stdout.splitlines()) == 1, done.stderr
    return done.returncode, json.loads(done.stdout)


def test_the_version_is_said_without_a_store():
    done = call("--version")
    assert (done.returncode, done.stdout.strip()) == (0, __version__)


@pytest.mark.parametrize(
    "words", [(), ("dance",), ("check",), ("verify", "--loud"), ("check", "x", "--phase", "soon")]
)
def test_unknown_words_are_refused(words):
    done = call(*words)
    assert (done.returncode, done.stdout) == (2, "")
    assert "usage" in done.stderr


def test_an_intact_log_is_0_and_an_altered_one_3(data):
    code, found = answer("verify", "--data", data)
    assert code == 0
    assert found["intact"] is True
    assert found["entries"] >= 2
    _alter_second_entry(data)
    code, found = answer("verify", "--data", data)
    assert (code, found["intact"], found["bad_seq"]) == (3, False, 2)
    assert found["reason"]


def test_a_record_that_was_altered_by_hand_is_named(data):
    path = data / FILE_NAME
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE change SET body = replace(body, 'draft', 'closed')")
    code, found = answer("verify", "--data", data)
    assert (code, found["bad_seq"], found["bad_record"]) == (3, None, "change CHG-000001")
    told = call("verify", "--data", data)
    assert "change CHG-000001" in told.stdout
    assert "altered past the program" in told.stdout


def _alter_second_entry(data: Path) -> None:
    (path,) = data.glob("*.sqlite*") if len(list(data.glob("*.sqlite*"))) == 1 else _main(data)
    with closing(sqlite3.connect(path)) as connection:
        (table,) = [
            name
            for name, sql in connection.execute("SELECT name, sql FROM sqlite_master")
            if sql and sql.startswith("CREATE TABLE") and "prev_hash" in sql
        ]
        triggers = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        for (name,) in triggers.fetchall():
            connection.execute(f'DROP TRIGGER "{name}"')
        connection.execute(f"UPDATE {table} SET text = 'forged' WHERE seq = 2")
        connection.commit()


def _main(data: Path) -> list[Path]:
    magic = b"SQLite format 3\0"
    return [path for path in data.iterdir() if path.is_file() and path.read_bytes()[:16] == magic]


def test_a_host_is_checked_and_the_answer_names_every_check(data):
    code, found = answer("check", "demo-01", "--data", data)
    (report,) = found["reports"]
    assert code == (3 if report["worst"].casefold() == "critical" else 0)
    assert report["host"] == "demo-01"
    assert {"check", "item", "health", "summary", "value", "unit"} == set(report["checks"][0])
    assert len(report["checks"]) >= 10


def test_what_is_not_there_is_refused_in_words(data):
    for words in (("check", "nobody"), ("report", "CHG-009999")):
        code, found = answer(*words, "--data", data)
        assert code == 1
        assert found["error"] == "NotFound"
        assert found["text"]


def test_a_report_is_written_whole_and_says_what_it_lacks(data, tmp_path):
    out = tmp_path / "out.pdf"
    code, found = answer("report", "CHG-000001", "--out", out, "--data", data)
    assert code == 0, found
    assert out.read_bytes().startswith(b"%PDF-")
    assert found["file"] == str(out)
    assert found["gaps"]
    assert not list(tmp_path.glob("*.part"))


def test_a_report_that_cannot_be_written_is_an_error_in_words(data, tmp_path):
    out = tmp_path / "nowhere" / "out.pdf"
    done = call("report", "CHG-000001", "--out", out, "--data", data)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert "out.pdf cannot be written" in done.stderr


def test_without_a_vault_its_list_says_so(data):
    done = call("vault", "list", "--data", data)
    assert done.returncode in (0, 1)
    assert "Traceback" not in done.stderr


def test_a_folder_that_is_open_elsewhere_is_busy(data):
    with closing(open_services(data, Surroundings(secrets=SessionSecrets()))):
        code, found = answer("verify", "--data", data)
    assert (code, found["error"]) == (1, "Busy")


def test_a_list_is_exported_and_a_wrong_filter_is_refused(data, tmp_path):
    target = tmp_path / "list.csv"
    words = ("export", "--data", data, "--filter", "state=draft upgrade", "--out", target)
    code, told = answer(*words)
    assert (code, told["rows"], told["format"]) == (0, 1, "csv")
    assert b"Upgrade <b>PostgreSQL</b>" in target.read_bytes()
    code, told = answer("export", "--data", data, "--filter", "mood=good", "--out", target)
    assert code == 2
    assert "state, type" in told["hint"]


def test_a_change_is_handed_over_and_verified_where_no_data_folder_is(data, tmp_path):
    target = tmp_path / "d.zip"
    code, told = answer("dossier", "export", "CHG-000001", "--data", data, "--out", target)
    assert (code, told["number"]) == (0, "CHG-000001")
    nowhere = tmp_path / "nowhere"
    code, told = answer("dossier", "show", target, "--data", nowhere)
    assert (code, told["intact"], told["title"]) == (0, True, "Upgrade <b>PostgreSQL</b>")
    assert "change.json" in told["names"]
    assert not nowhere.exists()
    raw = bytearray(target.read_bytes())
    raw[len(raw) // 3] ^= 0x20
    target.write_bytes(raw)
    code, told = answer("dossier", "verify", target)
    assert code == 3
    assert told["findings"]
    assert call("dossier", "verify", tmp_path / "none.zip").returncode == 2


def test_the_sudo_rules_of_a_change_are_printed_and_what_gets_none_is_3(data, ssh_host):
    exact = Step("1", "Stop", StepKind.COMMAND, ssh_host.id, command="sudo /bin/kill 1")
    wide = replace(exact, id="2", command="sudo /bin/rm /srv/*")
    around = Surroundings(actor="Nomsa", secrets=SessionSecrets())
    for steps, code in ((), 0), ((exact,), 0), ((exact, wide), 3):
        with closing(open_services(data, around)) as services, services.new_uow() as uow:
            change = uow.changes.by_number("CHG-000001")
            hosts = (ssh_host.id,)
            uow.changes.save(replace(change, hosts=hosts, runbook=Runbook(steps)))
            uow.log.append(NewEvent("change.edited", "Edited", change.id))
            uow.commit()
        done, told = answer("--data", data, "sudoers", "CHG-000001")
        assert (done, len(told["files"])) == (code, bool(steps))
    rule = f"{ssh_host.user} ALL=(root) NOPASSWD: /bin/kill 1\n"
    assert rule in told["files"][0]["text"]
    assert [one["line"] for one in told["files"][0]["left_out"]] == ["sudo /bin/rm /srv/*"]


def test_a_demo_replaces_nothing_that_is_no_demo(tmp_path):
    mine = tmp_path / "mine.txt"
    mine.write_text("keep me")
    for place in (mine, tmp_path):
        code, found = answer("demo", place)
        assert (code, found["hint"]) == (1, "Name another folder.")
    assert mine.read_text() == "keep me"


def test_a_reader_that_had_enough_ends_the_command_quietly(tmp_path):
    file = tmp_path / "a.csv"
    file.write_text("time,a\n" + "".join(f"{1_773_800_000 + 60 * i},5\n" for i in range(900)))
    words = [sys.executable, "-m", "app", "compare", str(file), "--change-start", "1773830000"]
    process = subprocess.Popen(
        [*words, "--change-end", "1773830600", "--json"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    process.stdout.close()
    assert process.wait(60) == 141
    assert process.stderr.read() == b""
    process.stderr.close()
