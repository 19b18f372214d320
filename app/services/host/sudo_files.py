"""The sudo rules that the open changes need on one host, for its page."""

from dataclasses import dataclass

from app.domain.change import ChangeState
from app.domain.host import Host
from app.errors import InvalidInput
from app.services.change.changes import Desk
from app.services.host.sudo_rules import sudo_rules


@dataclass(frozen=True, slots=True)
class SudoFile:
    """One file for ``/etc/sudoers.d``: what one change needs on one host."""

    number: str
    title: str
    text: str = ""
    rules: int = 0
    left_out: int = 0
    """How many of its lines get no rule; the text names each with the reason."""
    missing: str = ""
    """Why nothing can be said yet, such as a value that is not filled in."""

    @property
    def name(self) -> str:
        """Return the file's name; sudo skips names with a dot."""
        return f"change-{self.number.lower()}"


def sudo_files(host: Host, *, desk: Desk) -> tuple[SudoFile, ...]:
    """Return a file for every open change whose steps call sudo on a host, by number."""
    with desk.new_uow() as uow:
        known = list(uow.hosts.list())
        changes = [
            change
            for state in ChangeState
            if state.is_open
            for change in uow.changes.list(state=state.value)
            if any(step.host == host.id for step in change.runbook.steps)
        ]
    files: list[SudoFile] = []
    for change in sorted(changes, key=lambda item: item.number):
        try:
            found = sudo_rules(change, known)
        except InvalidInput as error:
            files.append(SudoFile(change.number, change.title, missing=error.sentence()))
            continue
        files += [
            SudoFile(
                change.number,
                change.title,
                one.text(change.number),
                len(one.rules),
                len(one.left_out),
            )
            for one in found
            if one.host.id == host.id
        ]
    return tuple(files)
