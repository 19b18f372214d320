"""Where names are swapped: a host, what it can do, and how its database servers let us in."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from app.domain.backup import BackupSource
from app.services.ports.world import Remote
from app.vault.producer import Abilities
from app.vault.restoring.mariadb import MariaDb, source_at

PasswordOf = Callable[[BackupSource], str]


@dataclass(frozen=True)
class Ground:
    """A host as the swap, its undoing and the clearing afterwards see it."""

    remote: Remote
    able: Abilities
    password_of: PasswordOf

    def mariadb(self, place: str, database: str = "") -> MariaDb:
        """Return the server an address is of, perhaps for another database of it.

        Raises:
            SecretUnavailable: The password of its account cannot be had.
        """
        source = source_at(place, self.remote.host.id)
        source = replace(source, database=database or source.database)
        return MariaDb(self.remote, source, self.password_of(source))
