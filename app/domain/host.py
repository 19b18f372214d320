"""A server that changes are made on, and how we log in to it."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from app.domain.ids import HostId


class Login(StrEnum):
    """How a session proves who it is; secrets themselves live in the OS keyring."""

    AGENT = "agent"
    KEY_FILE = "key_file"
    PASSWORD = "password"  # noqa: S105 - the name of a method, not a secret


class KeyState(StrEnum):
    """What we know of a host's key."""

    UNKNOWN = "unknown"
    CONFIRMED = "confirmed"
    CHANGED = "changed"


class Stage(StrEnum):
    """How far a connection comes, in this order; errors name the stage they ended at."""

    NAME = "name lookup"
    REACH = "connection"
    GREETING = "SSH greeting"
    KEY_EXCHANGE = "key exchange"
    HOST_KEY = "host key"
    LOGIN = "login"
    CHANNEL = "session"
    SUDO = "sudo"
    COMMAND = "command"
    TRANSFER = "transfer"


@dataclass(frozen=True, slots=True)
class HostKey:
    """A public host key as a person compares it."""

    algorithm: str
    sha256: str
    """``SHA256:...`` as ssh-keygen prints it."""
    line: str
    """Algorithm and base64 key, as in known_hosts."""


@dataclass(frozen=True, slots=True)
class LegacyWaiver:
    """Why a server may be reached with cryptography that is no longer safe, and how long."""

    reason: str
    by: str
    until: date
    """The last day on which it holds (UTC)."""

    def holds(self, today: date) -> bool:
        """Whether old algorithms may still be used."""
        return today <= self.until


_SUDO_END = "/sudo"


def is_for_session(secret: str) -> bool:
    """Whether a secret of this name is held in memory only: it makes its holder root."""
    return secret.startswith("host/") and secret.endswith(_SUDO_END)


@dataclass(frozen=True, slots=True)
class Host:
    """A server reachable over SSH.

    ``key`` is None until a person has confirmed the fingerprint. ``zone`` is an IANA name.
    """

    id: HostId
    name: str
    address: str
    port: int = 22
    user: str = "root"
    login: Login = Login.AGENT
    key_file: str = ""
    jump: HostId | None = None
    key: HostKey | None = None
    key_confirmed_by: str = ""
    key_confirmed_at: datetime | None = None
    key_state: KeyState = KeyState.UNKNOWN
    sudo: bool = False
    zone: str = "UTC"
    tags: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    """Units whose state the health check reads."""
    urls: tuple[str, ...] = ()
    """Addresses the health check requests from the host itself."""
    depends_on: tuple[HostId, ...] = ()
    """Hosts that it cannot work without; a change on one of them concerns it too."""
    note: str = ""
    archived: bool = False
    legacy: LegacyWaiver | None = None
    """Set only for a server that is too old for current cryptography."""

    @property
    def login_secret(self) -> str:
        """The name under which the keyring holds the password or passphrase of the login."""
        return f"host/{self.id}/{self.login.value}"

    @property
    def sudo_secret(self) -> str:
        """The name of the password that sudo asks for; it is held for a session only."""
        return f"host/{self.id}{_SUDO_END}"
