"""Takes backups until it is killed: run as a program of its own by `test_backup_crash`.

``python -m tests.faults.backup_child`` alone is a warm process, without a thread of its own: for
each line it reads, a vault, a tree, tools, step and way as a JSON list, it forks one that takes
backups, prints its number, and says how it ended. So a thousand kills pay one cold start. With
``alone`` and such words it takes backups itself; with ``ssh`` it takes one from a real server.
"""

import json
import os
import signal
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import msgspec

import app.vault.producers  # noqa: F401 - warm
from app.clock import SystemClock
from app.domain.backup import BackupSource, SourceKind
from app.domain.host import Host
from app.domain.ids import SetId, new_id
from app.secrets import SessionSecrets
from app.services.ports.vault import CaptureRequest
from app.ssh.pool import RemotePool
from app.tasks import TaskContext
from app.vault.opening import keys_in_file, open_vault
from app.vault.vault import LocalVault
from tests.vault.local_remote import LocalRemote


def killed_at(count: int) -> Callable[[str], object]:
    """Return a step listener that ends this process, without a farewell, at the n-th step."""
    seen = 0

    def step(name: str) -> None:
        nonlocal seen
        seen += 1
        if seen == count:
            print(name, flush=True)
            os.kill(os.getpid(), signal.SIGKILL)

    return step


def server_at(home: Path, tools: str) -> LocalRemote:
    """Return the server that is backed up, with a home folder of its own."""
    home.mkdir(exist_ok=True)
    state = home / ".local" / "state"
    return LocalRemote(env={"PATH": tools, "HOME": str(home), "XDG_STATE_HOME": str(state)})


def main(folder: str, tree: str, tools: str, count: str, way: str = "") -> None:
    """Take one set after the other; ``count`` 0 waits for a signal from outside.

    ``way`` "spool" takes files by way of the server's disk.
    """
    root = Path(folder)
    opened = open_vault(
        root, SystemClock(), keys_in_file(root.with_name("vault.key")), reserve_bytes=0
    )
    vault = LocalVault(replace(opened.core, step=killed_at(int(count))))
    remote = server_at(root.with_name("home"), tools)
    sources = (
        BackupSource(
            SourceKind.FILES, remote.host.id, (tree,), ("*.sqlite*",), spool=way == "spool"
        ),
        BackupSource(SourceKind.SQLITE, remote.host.id, database=f"{tree}/shop.sqlite"),
    )
    print("ready", flush=True)
    while True:
        request = CaptureRequest(SetId(new_id()), (remote.host,), sources)
        print(vault.capture(request, (remote,), TaskContext()).id, flush=True)


def over_ssh(folder: str, tree: str, host: str) -> None:
    """Take one set by way of a real server's disk; say how far it is, a line for each look."""
    root = Path(folder)
    vault = open_vault(
        root, SystemClock(), keys_in_file(root.with_name("vault.key")), reserve_bytes=0
    )
    server = msgspec.json.decode(host, type=Host)
    pool = RemotePool(SessionSecrets(), lambda _key: server)
    source = BackupSource(SourceKind.FILES, server.id, (tree,), spool=True)
    request = CaptureRequest(SetId(new_id()), (server,), (source,), by="ada")
    told = TaskContext(lambda progress: print(progress.text, flush=True))
    print(vault.capture(request, (pool.open(server),), told).id, flush=True)
    pool.close()


def keep_forking() -> None:
    """Fork a writer for each line."""
    assert threading.active_count() == 1, "a fork would leave threads and their locks behind"
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            try:
                print("pid", os.getpid(), flush=True)
                main(*json.loads(line))
            finally:
                os._exit(1)
        _pid, status = os.waitpid(pid, 0)
        print("gone", -os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["ssh", *words]:
            over_ssh(*words)
        case ["alone", *words]:
            main(*words)
        case _nothing:
            keep_forking()
