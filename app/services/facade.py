"""Everything the window and the commands work with, built once by `app.bootstrap`."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from app.domain.event import ChainReport
from app.services.changes import Desk
from app.services.execution import Executors
from app.services.ports import Clock, Remotes, Secrets
from app.services.ports_series import SeriesStore
from app.services.ports_store import Files, NewUnitOfWork, Transcripts
from app.services.ports_vault import Vault
from app.services.rows import Queries
from app.settings import Settings


@dataclass(frozen=True)
class AppServices:
    """The collaborators of all verbs; frozen, so that it may travel between threads."""

    data: Path
    clock: Clock
    actor: str
    settings: Settings
    new_uow: NewUnitOfWork
    queries: Queries
    files: Files
    transcripts: Transcripts
    series: SeriesStore
    remotes: Remotes
    secrets: Secrets
    vault: Vault
    executors: Executors
    verify_log: Callable[[], ChainReport]
    close: Callable[[], None]

    @property
    def desk(self) -> Desk:
        """Who acts, and with what, for the verbs of the change process."""
        return Desk(self.new_uow, self.clock, self.actor, self.settings.backup_age_h)
