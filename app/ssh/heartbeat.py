"""Notice a dead link: paramiko sends keep-alives, but never looks whether one is answered."""

import time
from collections.abc import Callable
from threading import Event, Thread
from typing import TYPE_CHECKING

from app.ssh.limits import Limits

_SLEPT_S = 30.0
"""A computer whose clock has gone on by this much more than it was awake has slept."""
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
    asleep_s = slept()
    while wire.is_active():
        if link.silent_s >= limits.silence_s or asleep_s() > _SLEPT_S:
            wire.close()
            return
        if link.silent_s >= limits.heartbeat_s and (asking is None or not asking.is_alive()):
            asking = Thread(target=_ask, args=(connection,), name="heartbeat", daemon=True)
            asking.start()
        pause.wait(limits.heartbeat_s / 3)


def slept(
    wall: Callable[[], float] = time.time, awake: Callable[[], float] = time.monotonic
) -> Callable[[], float]:
    """Return what tells how much longer than we were awake it is, in seconds, since it last told.

    After a sleep the other side has long given up, and waiting for its silence would cost the
    first minute; a clock that was set does no more harm than a new connection.
    """
    last = [wall() - awake()]

    def since() -> float:
        before, last[0] = last[0], wall() - awake()
        return last[0] - before

    return since


def _ask(connection: "Connection") -> None:
    """Ask for a sign of life; blocks until it comes or the connection is closed."""
    from paramiko import SSHException  # noqa: PLC0415 - on first use only

    try:
        connection.wire.global_request("keepalive@openssh.com", wait=True)
    except (SSHException, EOFError, OSError):
        return
