"""A connection to another system: where it is, what it is called; its secret is in the keyring."""

from dataclasses import dataclass
from enum import StrEnum

from app.domain.ids import ConnectionId


class ConnectionKind(StrEnum):
    """Whose system it is."""

    PROMETHEUS = "prometheus"


@dataclass(frozen=True, slots=True)
class Connection:
    """One connection. ``has_token`` says that a token lies in the keyring under `secret_name`."""

    id: ConnectionId
    name: str
    url: str
    kind: ConnectionKind = ConnectionKind.PROMETHEUS
    ca_file: str = ""
    """Certificates to trust besides those of the system, as a file; empty for none."""
    has_token: bool = False
    retired: bool = False
    """No longer offered; what was read through it keeps its name."""


def secret_name(connection: str) -> str:
    """Return the name under which the token of a connection lies in the keyring."""
    return f"connection/{connection}/token"
