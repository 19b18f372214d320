"""What every part of one vault works with."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree

from app.domain.ids import new_id
from app.services.ports.world import Clock
from app.vault import locks
from app.vault.format import VaultRecord
from app.vault.keys import VaultKeys
from app.vault.layout import Layout

PasswordOf = Callable[[str], str]
"""Gives the password kept under a name, "" when there is none; raises SecretUnavailable."""

Step = Callable[[str], object]
"""Hears of every durable step; tests end the process there."""


@dataclass(frozen=True)
class Core:
    """An open vault: where it lies, who it is, what opens it, and the time."""

    layout: Layout
    record: VaultRecord
    keys: VaultKeys
    clock: Clock
    step: Step = lambda name: None
    password_of: PasswordOf = lambda name: ""

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        """Give a fresh folder for the owner only, and remove it with all it holds."""
        name = new_id()
        folder = self.layout.scratch / name
        with locks.hold_new(self.layout.work_lock(name)):
            folder.mkdir(mode=0o700)
            try:
                yield folder
            finally:
                rmtree(folder, ignore_errors=True)
