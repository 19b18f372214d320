"""The bytes below a connection, over real sockets."""

import random
import socket
from threading import Thread

import pytest

from app.ssh.link import Link

SEED = 20261127


def test_bytes_come_whole_and_in_order_whatever_is_asked_for() -> None:
    chance = random.Random(SEED)
    sent = chance.randbytes(600_000)
    ours, theirs = socket.socketpair()
    link = Link(ours)

    def send() -> None:
        rest = memoryview(sent)
        while rest:
            count = chance.randint(1, 90_000)
            theirs.sendall(rest[:count])
            rest = rest[count:]
        theirs.close()

    sender = Thread(target=send)
    sender.start()
    got, sizes = bytearray(), random.Random(SEED + 1)
    while True:
        size = sizes.choice((4, 16, 333, 32_768, 200_000))
        data = link.recv(size)
        assert len(data) <= size
        if not data:
            break
        got += data
    sender.join()
    link.close()
    assert bytes(got) == sent
    assert link.greeting == sent[: len(link.greeting)] != b""


def test_a_close_wakes_who_waits_for_the_server() -> None:
    ours, theirs = socket.socketpair()
    link = Link(ours)
    link.settimeout(300.0)
    heard: list[bytes | OSError] = []

    def wait() -> None:
        try:
            heard.append(link.recv(1))
        except OSError as error:
            heard.append(error)

    reader = Thread(target=wait, daemon=True)
    reader.start()
    reader.join(0.2)
    assert reader.is_alive()
    link.close()
    reader.join(20)
    theirs.close()
    assert not reader.is_alive()
    assert heard


def test_a_close_of_what_has_ended_by_itself_is_no_error() -> None:
    ours, theirs = socket.socketpair()
    theirs.close()
    link = Link(ours)
    assert link.recv(1) == b""
    link.close()
    link.close()


@pytest.mark.parametrize(("asked", "given"), [(0.1, 1.0), (5.0, 5.0), (None, None)])
def test_a_connection_that_rests_hardly_wakes(asked: float | None, given: float | None) -> None:
    ours, theirs = socket.socketpair()
    with theirs:
        link = Link(ours)
        link.settimeout(asked)
        assert ours.gettimeout() == given
        link.close()
