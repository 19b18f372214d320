"""Notice a dead link: paramiko sends keep-alives, but never looks whether one is answered."""

from threading import Event, Thread
from typing import TYPE_CHECKING

from app.ssh.limits import Limits

if TYPE_CHECKING:
    from app.ssh.connect import Connection


def watch(connection: "Connection", name: str, limits: Limits) -> None:
    """Start watching a connection, and close it when the server falls silent.

    Any byte counts as a sign of life, so that an answer queued behind data on a slow line does
    not look like death. The thread ends with the connection.
    """
    Thread(target=_watch, args=(connection, limits), name=f"heartbeat-{name}", daemon=True).start()


def _watch(connection: "Connection", limits: Limits) -> None:
    wire, link = connection
    pause = Event()
    asking: Thread | None = None
    while wire.is_active():
        if link.silent_s >= limits.silence_s:
            wire.close()
            return
        if link.silent_s >= limits.heartbeat_s and (asking is None or not asking.is_alive()):
            asking = Thread(target=_ask, args=(connection,), name="heartbeat", daemon=True)
            asking.start()
        pause.wait(limits.heartbeat_s / 3)


def _ask(connection: "Connection") -> None:
    """Ask for a sign of life; blocks until it comes or the connection is closed."""
    from paramiko import SSHException  # noqa: PLC0415 - on first use only

    try:
        connection.wire.global_request("keepalive@openssh.com", wait=True)
    except (SSHException, EOFError, OSError):
        return
