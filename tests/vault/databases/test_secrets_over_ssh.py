"""Over a real OpenSSH server: databases are captured, and nobody on the host sees a password."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest

from app.domain.backup import CaptureState, Level, Outcome, SourceKind
from app.domain.ids import SetId, new_id
from app.domain.restore import RestoreState
from app.services.ports.vault import CaptureRequest
from app.tasks import TaskContext
from tests.database_fixtures import PASSWORD
from tests.vault.databases.conftest import FIXTURES, KINDS, source_of
from tests.vault.test_swaps import Attempt

CANARY = (PASSWORD.encode(), b"ss\\w#rd", b"\\x70\\x61\\x22")
"""The password as it is, as it may be quoted, and as codes."""


@contextmanager
def watching() -> Iterator[tuple[list[str], list[int]]]:
    """Look at every process again and again: its arguments and its environment."""
    seen: list[str] = []
    looks = [0]
    done = threading.Event()

    def watch() -> None:
        while not done.is_set():
            for place in Path("/proc").glob("[0-9]*"):
                for part in ("cmdline", "environ"):
                    with suppress(OSError):
                        data = (place / part).read_bytes()
                        if b"redis-cli\0-p\0" in data and b"--no-auth-warning" in data:
                            continue  # the fixture's own client
                        seen.extend(f"{part}: {data[:200]!r}" for c in CANARY if c in data)
            looks[0] += 1

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield seen, looks
    finally:
        done.set()
        thread.join()


@pytest.mark.parametrize("kind", KINDS)
def test_no_process_ever_shows_a_password(request, keeper, remotes, ssh_host, kind, scratch):
    server = request.getfixturevalue(FIXTURES[kind])
    remote = remotes.open(ssh_host)
    source = replace(source_of(kind, server), host=ssh_host.id)
    wanted = CaptureRequest(SetId(new_id()), (ssh_host,), (source,), by="ada")
    if server.client[0] == "redis-cli":
        pytest.skip("the server itself was started with the password in its arguments")
    with watching() as (seen, looks):
        taken = keeper.capture(wanted, (remote,), TaskContext())
        proof = keeper.verify(
            taken, Level.READABLE, by="ada", context=TaskContext(), remotes=(remote,)
        )
        if kind is SourceKind.MYSQL:
            before = server.ask("CHECKSUM TABLE shop.orders, shop.`od'd ``x`;")
            attempt = Attempt(keeper, taken, remote)
            assert "as at the source" in attempt.go().compared
            assert attempt.look() is RestoreState.SWAPPED
            assert server.ask("CHECKSUM TABLE shop.orders, shop.`od'd ``x`;") == before
            attempt.undo()
            attempt.clear()
    assert taken.state is CaptureState.CAPTURED, taken.objects
    assert proof.outcome is Outcome.PASSED, proof.detail
    assert seen == []
    assert looks[0] > 3


def test_redis_gets_its_password_on_stdin(keeper, redis, with_tools, tools):
    """The tool itself says what it was given: no argument, no variable, only standard input."""
    from tests.vault.conftest import take
    from tests.vault.test_capture_faults import tool

    log = tools / "seen"
    tool(
        tools,
        "redis-cli",
        f'{{ echo "$@"; cat /proc/$$/environ; }} >>{log}; exec /usr/bin/redis-cli "$@"',
    )
    taken = take(keeper, with_tools, source_of(SourceKind.REDIS, redis))
    assert taken.state is CaptureState.CAPTURED, taken.objects
    assert log.stat().st_size > 100
    assert not any(canary in log.read_bytes() for canary in CANARY)
    assert b"AUTH" not in log.read_bytes()
