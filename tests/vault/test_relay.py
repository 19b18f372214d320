"""Pieces that go to another thread: in order, with its errors, and never into a wall."""

import threading

import pytest

from app.errors import DiskFull, VaultDamaged
from app.vault import age
from app.vault.relay import Pieces, Relay

IDENTITY = age.new_identity()
RECIPIENT = age.recipient_of(IDENTITY)
MANY = 50
"""More pieces than may wait at once."""


def give_many(relay: Relay) -> None:
    for _ in range(MANY):
        relay.give(b"x")


def test_pieces_arrive_in_order_and_as_one_stream():
    taken = []

    def work(pieces: Pieces) -> None:
        taken.append(pieces.read(3))
        taken.append(pieces.read(100))
        taken.extend(iter(lambda: pieces.read(2), b""))

    with Relay(work, "order") as relay:
        for piece in (b"abcd", b"", b"efg", b"hi"):
            relay.give(piece)
        relay.finish()
    assert taken == [b"abc", b"d", b"ef", b"g", b"hi"]


def test_an_error_is_raised_at_a_later_piece_and_again_at_the_end():
    def work(pieces: Pieces) -> None:
        pieces.take()
        raise VaultDamaged("no")

    with Relay(work, "error") as relay:
        with pytest.raises(VaultDamaged, match="no"):
            give_many(relay)
        with pytest.raises(VaultDamaged, match="no"):
            relay.finish()


def test_work_that_ends_early_holds_nobody_up():
    with Relay(lambda pieces: pieces.take(), "early") as relay:
        give_many(relay)
        relay.finish()


def test_no_thread_stays_behind_an_error_of_the_giver():
    before = threading.active_count()
    with pytest.raises(KeyError), Relay(Pieces.drain, "left"):
        raise KeyError
    assert threading.active_count() == before


class Full:
    """Takes so many bytes and no more."""

    def __init__(self, room: int) -> None:
        self.room, self.calls = room, 0

    def write(self, data: memoryview) -> None:
        self.calls += 1
        self.room -= len(data)
        if self.room < 0:
            raise DiskFull("full")


class Source:
    """Gives so many bytes in short pieces, then an error, if one is named."""

    def __init__(self, size: int, error: Exception | None = None) -> None:
        self.left, self.error = size, error

    def read(self, size: int) -> bytes:
        if not self.left and self.error is not None:
            raise self.error
        size = min(size, self.left, 1000)
        self.left -= size
        return bytes(size)


@pytest.mark.parametrize("size", [10, age.PIECE_BYTES - 1, 3 * age.PIECE_BYTES])
@pytest.mark.parametrize("room", [0, 100])
def test_what_a_target_refuses_comes_out_as_it_was_raised(size, room):
    target = Full(room)
    with pytest.raises(DiskFull, match="full"):
        age.encrypt(Source(size), target, (RECIPIENT,))
    assert target.calls == 1  # even what was gathered by then goes nowhere
    whole = bytearray()
    age.encrypt(Source(size), Kept(whole), (RECIPIENT,))
    with pytest.raises(DiskFull, match="full"):
        age.decrypt(Given(whole), Full(0), IDENTITY)


@pytest.mark.parametrize("size", [0, 10, 3 * age.PIECE_BYTES])
def test_what_a_source_raises_comes_out_as_it_was_raised(size):
    with pytest.raises(VaultDamaged, match="gone"):
        age.encrypt(Source(size, VaultDamaged("gone")), Kept(bytearray()), (RECIPIENT,))


@pytest.mark.parametrize("cut", [1, 1000, age.PIECE_BYTES, 2 * age.PIECE_BYTES + 77])
def test_a_stream_cut_anywhere_is_damaged_and_not_the_wrong_key(cut):
    whole = bytearray()
    age.encrypt(Source(3 * age.PIECE_BYTES), Kept(whole), (RECIPIENT,))
    plain = bytearray()
    with pytest.raises(VaultDamaged, match="damaged or cut short"):
        age.decrypt(Given(whole[:-cut]), Kept(plain), IDENTITY)
    assert len(plain) < 3 * age.PIECE_BYTES  # and what came out before was authenticated


class Kept:
    def __init__(self, into: bytearray) -> None:
        self.into = into

    def write(self, data: memoryview) -> None:
        self.into += data


class Given:
    def __init__(self, data: bytearray) -> None:
        self.data = bytes(data)

    def read(self, size: int) -> bytes:
        piece, self.data = self.data[:size], self.data[size:]
        return piece
