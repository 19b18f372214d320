"""The end of a Zstandard frame, found without unpacking it."""

import os
import shutil
import subprocess

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from app.vault.zstdframe import FrameError, FrameWalk

CONTENT = st.one_of(
    st.binary(max_size=400_000),
    st.integers(0, 3_000_000).map(bytes),
    st.integers(0, 300_000).map(lambda size: os.urandom(size) + bytes(200_000)),
)


def walk(data: bytes, step: int = 1 << 16) -> FrameWalk:
    found = FrameWalk()
    for start in range(0, len(data), step):
        found.feed(data[start : start + step])
    return found


@given(CONTENT, st.integers(1, 22), st.booleans(), st.booleans(), st.integers(1, 70_000))
def test_a_whole_frame_is_complete_and_a_shorter_one_is_not(plain, level, checksum, sized, step):
    packer = zstandard.ZstdCompressor(level=level, write_checksum=checksum)
    coder = packer.compressobj(size=len(plain) if sized and plain else -1)
    frame = coder.compress(plain) + coder.flush()
    assert walk(frame, step).complete
    for cut in {1, 2, 3, 4, 5, len(frame) // 2}:
        assert not walk(frame[:-cut], step).complete
    with pytest.raises(FrameError):
        walk(frame + b"x", step)


@pytest.mark.skipif(shutil.which("zstd") is None, reason="zstd is not installed")
def test_frames_of_the_command_are_understood():
    plain = os.urandom(500_000) + bytes(5_000_000) + b"text " * 100_000
    for options in (["-3"], ["-1", "--no-check"], ["-19"], ["-3", "-T2"]):
        done = subprocess.run(["zstd", "-q", "-c", *options], input=plain, capture_output=True)
        assert walk(done.stdout).complete
        assert not walk(done.stdout[:-1]).complete


def test_something_else_is_refused():
    with pytest.raises(FrameError):
        walk(b"PGDMP and more")
    good = zstandard.ZstdCompressor(write_content_size=False).compressobj()
    frame = good.compress(os.urandom(1000)) + good.flush()
    reserved = frame[:6] + bytes([frame[6] | 0x06]) + frame[7:]
    with pytest.raises(FrameError):
        walk(reserved)
