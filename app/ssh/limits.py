"""How long each phase of a connection may take, in seconds, and how often it is tried."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of one connection."""

    connect_s: float = 10.0
    banner_s: float = 15.0
    key_exchange_s: float = 30.0
    login_s: float = 30.0
    channel_s: float = 30.0
    sudo_s: float = 30.0
    retries_s: tuple[float, ...] = (1.0, 2.0, 4.0, 8.0)
    """Pauses before the next tries of the connection phase; what follows is never repeated."""
    heartbeat_s: float = 15.0
    """After this long without a byte the server is asked for a sign of life."""
    silence_s: float = 40.0
    """After this long without a byte the connection is given up; noticed within a third beat."""
    grace_s: float = 5.0
    """How long output may go on after the exit status, when a child keeps it open."""
    channels: int = 4
    set_ups: int = 8
    """Connections to one server that may be on their way at once; sshd's MaxStartups counts these,
    and refuses some from the tenth on."""
    new_per_s: float = 2.0
    """Connection set-ups a second to a server that has just refused one as too many; each that gets
    through makes it as many more."""


OUTPUT_CAP = 64 * 1024 * 1024
"""Bytes of a command's output that are kept; the rest is read and dropped."""
STDERR_CAP = 1024 * 1024
"""Bytes of a stream's stderr that are kept."""
