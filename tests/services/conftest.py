"""Real services over an empty data folder, with the session's SSH server as a host."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.bootstrap import Surroundings, open_services
from app.domain.change import Change, ChangeState
from app.domain.event import NewEvent
from app.domain.host import Host
from app.secrets import SessionSecrets
from app.services.change import changes
from app.services.facade import AppServices
from app.store.store import Store, open_store
from tests.examples import identified, planned
from tests.fakes import SetClock
from tests.services.job_fixtures import job, pool  # noqa: F401 - fixtures
from tests.ssh_fixtures import QUICK


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def opened(
    new_data: Path, tmp_path: Path, clock: SetClock, ssh_host: Host, secrets: SessionSecrets
) -> Iterator[AppServices]:
    """The services of one data folder; the server of the session is its host."""
    around = Surroundings(clock, "Nomsa", secrets, QUICK, tmp_path / "vault-key.txt")
    services = open_services(new_data, around)
    keep_host(services, ssh_host)
    yield services
    services.close()


def keep_host(services: AppServices, host: Host) -> None:
    """Put a host into the store as it is, its key included."""
    with services.new_uow() as uow:
        uow.hosts.add(host)
        uow.log.append(NewEvent("host.added", f"Added {host.name}"))
        uow.commit()


@pytest.fixture
def made(opened: AppServices, ssh_host: Host) -> Callable[..., Change]:
    """Return a maker of changes on the server, planned unless other fields are given."""

    def make(state: ChangeState = ChangeState.DRAFT, **fields: object) -> Change:
        desk = opened.desk
        change = changes.open_change("Upgrade PostgreSQL", desk=desk)

        def edit(change: Change) -> Change:
            plan = planned(identified(change))
            return replace(plan, **{"hosts": (ssh_host.id,), "backup_plan": (), **fields})

        change = changes.edit_change(change.id, edit, desk=desk)
        if state is not ChangeState.DRAFT:
            with opened.new_uow() as uow:
                changes.moved(uow.changes.get(change.id), state, uow, desk=desk)
                uow.commit()
        with opened.new_uow() as uow:
            return uow.changes.get(change.id)

    return make


@pytest.fixture
def store(new_data: Path, clock: SetClock) -> Iterator[Store]:
    """A store of its own, where services need no more than that."""
    kept = open_store(new_data, clock=clock, actor="Nomsa")
    yield kept
    kept.close()
