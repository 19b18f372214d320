"""One restore on a host, as all its parts see it."""

from dataclasses import dataclass

from app.domain.restore import KEPT, SIDE
from app.services.ports.world import Remote
from app.vault.producer import Abilities
from app.vault.reading import SetReader
from app.vault.restoring.ground import Ground


@dataclass(frozen=True)
class Job:
    """The set, the host, and the mark of the names that are made."""

    reader: SetReader
    remote: Remote
    able: Abilities
    mark: str

    def side(self, path: str) -> str:
        """Return the name of what is unpacked beside an original."""
        return f"{path}{SIDE}{self.mark}"

    def old(self, path: str) -> str:
        """Return the name an original gets in the swap."""
        return f"{path}{KEPT}{self.mark}"

    @property
    def ground(self) -> Ground:
        """Where its names are swapped."""
        return Ground(self.remote, self.able, self.reader.password_of)

    @property
    def host_name(self) -> str:
        """The name of the host, for errors."""
        return self.remote.host.name
