"""A small place for tests of the window: a real server, and a change that may begin."""

from dataclasses import dataclass, replace
from pathlib import Path

from app.bootstrap import KEY_FILE, Surroundings, open_services
from app.demo.sshd import PrivateSshd
from app.domain.backup import BackupSource, SourceKind
from app.domain.change import Change, ChangeState
from app.domain.event import NewEvent
from app.domain.runbook import Runbook, Step, StepKind
from app.secrets import SessionSecrets
from app.services.change import changes
from app.services.facade import AppServices
from tests.examples import identified, planned

HOSTILE = r"printf '<b>bold</b> =cmd() \033[31mred\033[0m\n'"


@dataclass
class Lab:
    """A host, a vault, and a change that may begin."""

    data: Path
    server: PrivateSshd
    files: Path
    change: str = ""


def opened(data: Path) -> AppServices:
    """Open the services of the place as its coordinator."""
    around = Surroundings(actor="Nomsa", secrets=SessionSecrets(), key_file=data / KEY_FILE)
    return open_services(data, around)


def prepare(lab: Lab, command: str = HOSTILE) -> None:
    """Enrol the host and bring a change as far as its run."""
    lab.files.mkdir()
    (lab.files / "shop.ini").write_text("release = 1.8\n")
    services = opened(lab.data)
    host = lab.server.host()
    with services.new_uow() as uow:
        uow.hosts.add(host)
        uow.log.append(NewEvent("host.added", "Added demo-01"))
        uow.commit()
    change = changes.open_change("Change the shop", desk=services.desk)

    def plan(current: Change) -> Change:
        full = planned(identified(current))
        return replace(
            full,
            hosts=(host.id,),
            backup_plan=(BackupSource(SourceKind.FILES, host.id, (str(lab.files),)),),
            runbook=Runbook((Step("f1", "Say it", StepKind.COMMAND, host.id, command),)),
        )

    changes.edit_change(change.id, plan, desk=services.desk)
    with services.new_uow() as uow:
        changes.moved(uow.changes.get(change.id), ChangeState.IMPLEMENT, uow, desk=services.desk)
        uow.commit()
    services.close()
    lab.change = change.number
