"""``changedesk calendar`` as it is run."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app.__main__ import main
from app.bootstrap import Surroundings, open_services
from app.domain.change import ChangeState
from app.domain.event import NewEvent
from app.domain.host import Host
from app.domain.ids import HostId
from app.domain.window import TimeRange, Window
from app.secrets import SessionSecrets
from app.services.change import changes
from app.services.schedule.windows import save_window
from tests.schedule.examples import freeze
from tests.schedule.reading import components


@pytest.fixture
def data(tmp_path):
    """A data folder with one change in three days and a freeze after it."""
    folder = tmp_path / "data"
    services = open_services(folder, Surroundings(actor="Nomsa", secrets=SessionSecrets()))
    soon = (datetime.now(UTC) + timedelta(days=3)).replace(minute=0, second=0, microsecond=0)
    with services.new_uow() as uow:
        uow.hosts.add(Host(HostId("db-01"), "db-01", "127.0.0.1"))
        uow.log.append(NewEvent("host.added", "Added db-01"))
        uow.commit()
    made = changes.open_change("Upgrade", desk=services.desk)
    window = Window(TimeRange(soon, soon + timedelta(hours=2)), "Europe/Berlin")
    changes.edit_change(made.id, lambda c: replace(c, window=window), desk=services.desk)
    late = (soon + timedelta(days=1)).replace(tzinfo=None).isoformat()
    save_window(freeze(late, 24), desk=services.desk)
    services.close()
    return folder


@pytest.fixture
def run(data, capsys):
    def call(*words):
        code = main(["--data", str(data), "calendar", *words, "--json"])
        return code, json.loads(capsys.readouterr().out)

    return call


def test_a_calendar_is_written_with_and_without_windows(run, tmp_path):
    target = tmp_path / "out.ics"
    code, told = run("export", "--out", str(target), "--windows")
    assert (code, told["entries"], told["changes"]) == (0, 2, 1)
    assert len(components(target.read_bytes())) == told["entries"]
    code, told = run("export", "CHG-000001", "--out", str(target))
    assert (code, told["entries"]) == (0, 1)
    assert run("export", "--state", ChangeState.CLOSED.value, "--out", str(target))[0] == 1
    assert run("export", "--out", str(tmp_path / "no" / "such.ics"))[0] == 2


def test_what_comes_is_listed(run):
    code, told = run("list", "--days", "30")
    assert code == 0
    assert [row["number"] for row in told["changes"]] == ["CHG-000001"]
    assert [item["name"] for item in told["windows"]] == ["Year end"]
    assert run("list", "--days", "0")[0] == 2


def test_a_slot_is_found_or_explained(run):
    code, told = run("slot", "CHG-000001")
    assert code == 0
    assert told["start"]
    assert told["why"]
    assert run("slot")[0] == 2
    code, told = run("check", "CHG-000001")
    assert (code, told["conflicts"]) == (0, [])
