"""The buffer below a stream: nothing lost, nothing moved twice, every end noticed."""

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st
from paramiko.buffered_pipe import PipeTimeout

from app.ssh.pipe import PiecePipe


@given(st.lists(st.one_of(st.binary(max_size=40), st.integers(1, 64)), max_size=60))
def test_what_is_fed_is_read_in_order_whatever_the_sizes(steps):
    pipe, event = PiecePipe(), threading.Event()
    pipe.set_event(event)
    fed, got = b"", b""
    for step in steps:
        if isinstance(step, bytes):
            pipe.feed(step)
            fed += step
        elif pipe.read_ready():
            data = pipe.read(step, 0.0)
            assert 0 < len(data) <= step
            got += data
        assert len(pipe) == len(fed) - len(got)
        assert pipe.read_ready() == bool(len(pipe))
        if len(pipe):
            assert event.is_set()
    assert got + pipe.empty() == fed
    pipe.close()
    assert pipe.read(10) == b""
    assert event.is_set()


def test_a_reader_waits_for_bytes_and_for_the_end():
    pipe, got = PiecePipe(), []
    reader = threading.Thread(target=lambda: got.extend(iter(lambda: pipe.read(3), b"")))
    reader.start()
    for piece in (b"abcd", b"e"):
        pipe.feed(piece)
    pipe.close()
    reader.join(5)
    assert b"".join(got) == b"abcde"


def test_a_reader_gives_up_after_its_time():
    with pytest.raises(PipeTimeout):
        PiecePipe().read(1, 0.01)


def test_a_piece_that_fits_is_handed_on_as_it_came():
    pipe, piece = PiecePipe(), bytes(1 << 15)
    pipe.feed(piece)
    assert pipe.read(1 << 18) is piece


def test_a_session_of_a_real_server_uses_it(remotes, ssh_host):
    with remotes.open(ssh_host).stream("head -c 300000 /dev/zero") as stream:
        assert isinstance(stream._channel.in_buffer, PiecePipe)
        assert sum(len(data) for data in iter(lambda: stream.read(1000), b"")) == 300_000
        assert stream.finish() == 0
