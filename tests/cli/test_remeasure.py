"""``changedesk remeasure``: the later days of a change, from files, without the window."""

import json
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.__main__ import main
from app.bootstrap import Surroundings, open_services
from app.domain.change import ChangeState
from app.domain.metric import WindowName
from app.secrets import SessionSecrets
from app.services.change import changes
from app.services.metric.imports import FileImport, import_file
from app.services.metric.verdicts import judge
from tests.cli.test_commands import call
from tests.fakes import SetClock
from tests.services.test_later_files import HOURS_3, MEMORY, ORDERS, write

START = datetime.now(UTC).replace(microsecond=0) - timedelta(days=9)
ENDED = START + timedelta(minutes=20)
AFTER = ENDED + timedelta(minutes=10)
WORK = {"work_start": START, "work_end": ENDED, "baseline_s": HOURS_3, "settle_s": 600.0}


def opened(data: Path, at: datetime):
    around = Surroundings(clock=SetClock(at), actor="Nomsa", secrets=SessionSecrets())
    return closing(open_services(data, around))


@pytest.fixture
def data(tmp_path) -> Path:
    """A data folder with a closed change whose response time fell from 400 to 200 ms."""
    folder = tmp_path / "data"
    with opened(folder, START + timedelta(hours=6)) as services:
        change = changes.open_change("Upgrade", desk=services.desk)
        fields = {**WORK, "metrics": (ORDERS, MEMORY)}
        changes.edit_change(change.id, lambda c: replace(c, **fields), desk=services.desk)
        with services.new_uow() as uow:
            changes.moved(uow.changes.get(change.id), ChangeState.CLOSED, uow, desk=services.desk)
            uow.commit()
        before = START - timedelta(seconds=HOURS_3)
        first = write(tmp_path / "first.csv", (before, HOURS_3, 400), (AFTER, HOURS_3, 200))
        for metric in (ORDERS, MEMORY):
            wanted = FileImport(change.id, metric.id, first)
            import_file(wanted, with_=services.measuring)
        judge(change.id, with_=services.measuring)
    return folder


@pytest.fixture
def answer(capsys):
    """Return what runs the command in this process, and its code with the JSON it printed."""

    def ask(*words):
        code = main([*map(str, words), "--json"])
        return code, json.loads(capsys.readouterr().out)

    return ask


def later(tmp_path, level, days=7):
    return write(tmp_path / "later.csv", (AFTER + timedelta(days=days), HOURS_3, level))


def test_a_file_is_looked_at_brought_and_the_day_closed_measure_by_measure(data, tmp_path, answer):
    code, found = answer("remeasure", "list", "CHG-000001", "--data", data)
    assert code == 0
    assert [(item["days"], item["state"]) for item in found["days"]] == [
        (7, "due"), (30, "waiting"), (90, "waiting"),
    ]  # fmt: skip
    path = later(tmp_path, 200)
    words = ("CHG-000001", 7, path, "--data", data)
    code, found = answer("remeasure", "look", *words)
    assert (code, found["error"]) == (2, "InvalidInput")
    assert "Order response time; Memory used" in found["hint"]
    code, found = answer("remeasure", "look", *words, "--metric", "order response TIME")
    assert (code, found["samples"], found["days_later"]) == (0, 1080, 0)
    assert datetime.fromisoformat(found["start"]) == AFTER + timedelta(days=7)
    with opened(data, datetime.now(UTC)) as services, services.new_uow() as uow:
        assert not [s for s in uow.samples.list() if s.window is WindowName.REPEATED]

    code, found = answer("remeasure", "bring", *words, "--metric", "response")
    assert (code, found["state"], found["left"]) == (0, "partly", ["Memory used"])
    assert found["findings"][0]["lasting"] == "lasted"
    assert found["findings"][0]["level"] == pytest.approx(200, rel=0.05)
    told = call("remeasure", "bring", *words)  # only one measure waits, so that none is named
    assert told.returncode == 0, told.stderr
    assert "7 days" in told.stdout.splitlines()[0]
    code, found = answer("remeasure", "bring", *words, "--metric", "memory")
    assert (code, found["error"]) == (1, "IllegalMove")


def test_a_gain_that_is_gone_is_a_finding(data, tmp_path):
    told = call(
        "remeasure", "bring", "CHG-000001", 7, later(tmp_path, 800), "--metric", "response",
        "--data", data,
    )  # fmt: skip
    assert told.returncode == 3, told.stderr
    assert "worse than before" in told.stdout.splitlines()[0].lower()
    assert "Still to be measured: Memory used" in told.stdout


def test_a_file_of_other_hours_is_said_before_and_refused_afterwards(data, tmp_path, answer):
    path = later(tmp_path, 200, days=3)
    words = ("CHG-000001", 7, path, "--metric", "response", "--data", data)
    code, found = answer("remeasure", "look", *words)
    assert (code, found["samples"]) == (3, 0)
    code, found = answer("remeasure", "bring", *words)
    assert (code, found["error"]) == (2, "InvalidInput")
    assert "lies in the window of this day" in found["text"]


def test_a_day_is_left_out_with_a_reason_and_no_other_is_invented(data, tmp_path, answer):
    words = ("CHG-000001", 7, "--data", data, "--reason")
    code, found = answer("remeasure", "skip", *words, " ")
    assert (code, found["error"]) == (2, "InvalidInput")
    code, found = answer("remeasure", "skip", *words, "The shop was sold")
    assert (code, found["state"], found["skipped"]) == (0, "skipped", "The shop was sold")
    assert answer("remeasure", "list", "CHG-000001", "--data", data)[1]["days"][0] == found
    code, found = answer("remeasure", "hosts", "CHG-000001", 30, "--data", data)
    assert (code, found["error"]) == (1, "IllegalMove")
    code, found = answer("remeasure", "hosts", "CHG-000001", 8, "--data", data)
    assert (code, found["error"]) == (2, "InvalidInput")
    assert call("remeasure", "look", "CHG-000001", "soon", "x.csv").returncode == 2
    missing = ("CHG-000001", 30, tmp_path / "none.csv", "--metric", "response", "--data", data)
    assert answer("remeasure", "look", *missing)[0] == 1  # not its day yet, whatever the file
