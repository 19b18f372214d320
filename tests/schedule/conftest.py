"""The real services of an empty data folder with a few hosts, at noon of 1 February 2026."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.bootstrap import Surroundings, open_services
from app.domain.change import Change, ChangeState
from app.domain.event import NewEvent
from app.domain.window import Window
from app.secrets import SessionSecrets
from app.services.change import changes
from app.services.facade import AppServices
from tests.examples import identified, planned
from tests.fakes import SetClock
from tests.schedule.examples import BERLIN, DB, HOSTS, at, span


@pytest.fixture
def clock() -> SetClock:
    return SetClock(at("2026-02-01T12:00"))


@pytest.fixture
def services(new_data: Path, clock: SetClock) -> Iterator[AppServices]:
    around = Surroundings(clock, "Nomsa", SessionSecrets())
    opened = open_services(new_data, around)
    with opened.new_uow() as uow:
        for host in HOSTS:
            uow.hosts.add(host)
        uow.log.append(NewEvent("host.added", "Added hosts"))
        uow.commit()
    yield opened
    opened.close()


@pytest.fixture
def made(services: AppServices) -> Callable[..., Change]:
    """Return a maker of planned changes on db-01 with a window in Berlin."""

    def make(
        start: str = "2026-02-10T22:00",
        state: ChangeState = ChangeState.SCHEDULED,
        hours: float = 2,
        **fields: object,
    ) -> Change:
        desk = services.desk
        change = changes.open_change("Upgrade the database", desk=desk)
        window = Window(span(start, hours), BERLIN)
        values = {"hosts": (DB.id,), "backup_plan": (), "window": window, **fields}
        changes.edit_change(
            change.id, lambda c: replace(planned(identified(c)), **values), desk=desk
        )
        with services.new_uow() as uow:
            changes.moved(uow.changes.get(change.id), state, uow, desk=desk)
            uow.commit()
        return read(services, change.id)

    return make


def read(services: AppServices, change_id: str) -> Change:
    """Return a change as it is kept."""
    with services.new_uow() as uow:
        return uow.changes.get(change_id)
