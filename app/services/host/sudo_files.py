"""The sudo rules that the open changes need on one host, for its page."""

from collections.abc import Iterator
from dataclasses import dataclass

from app.domain.change import Change, ChangeState
from app.domain.host import Host
from app.errors import InvalidInput
from app.services.change.changes import Desk
from app.services.host.sudo_rules import SudoRules, sudo_rules
from app.services.ports.store import UnitOfWork


@dataclass(frozen=True, slots=True)
class SudoFile:
    """One file for ``/etc/sudoers.d``: what one change needs on one host.

    With ``program`` it is what one of those rules lets run, to be put at that path.
    """

    number: str
    title: str
    text: str = ""
    rules: int = 0
    left_out: int = 0
    """How many of its lines get no rule; the text names each with the reason."""
    missing: str = ""
    """Why nothing can be said yet, such as a value that is not filled in."""
    program: str = ""

    @property
    def name(self) -> str:
        """Return the file's name; sudo skips names with a dot."""
        return self.program.rpartition("/")[2] or f"change-{self.number.lower()}"


def _open_changes(uow: UnitOfWork) -> Iterator[Change]:
    for state in ChangeState:
        if state.is_open:
            yield from uow.changes.list(state=state.value)


def sudo_files(host: Host, *, desk: Desk) -> tuple[SudoFile, ...]:
    """Return the files for every open change that needs sudo on a host, by number."""
    with desk.new_uow() as uow:
        known = list(uow.hosts.list())
        changes = [
            change
            for change in _open_changes(uow)
            if any(step.host == host.id for step in change.runbook.steps)
            or any(one.host == host.id and one.as_root for one in change.backup_plan)
        ]
    files: list[SudoFile] = []
    for change in sorted(changes, key=lambda item: item.number):
        try:
            found = sudo_rules(change, known)
        except InvalidInput as error:
            files.append(SudoFile(change.number, change.title, missing=error.sentence()))
            continue
        files += [file for one in found if one.host.id == host.id for file in _files(change, one)]
    return tuple(files)


def _files(change: Change, found: SudoRules) -> Iterator[SudoFile]:
    number, title = change.number, change.title
    yield SudoFile(number, title, found.text(number), len(found.rules), len(found.left_out))
    for reader in found.readers:
        yield SudoFile(number, title, reader.text, program=reader.path)
