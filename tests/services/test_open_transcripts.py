"""Rows, their index and the search in them, against a reader that simply reads everything."""

import hashlib
import os
import time
import tracemalloc
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.transcript import Piece, read_pieces, write_piece
from app.errors import StoreError
from app.services.transcripts import opened, walking
from app.services.transcripts.excerpts import Excerpt, excerpt_of
from app.services.transcripts.opened import OpenTranscript
from app.tasks import TaskCancelled, TaskContext

AT = datetime(2026, 11, 27, 1, 2, 3, tzinfo=UTC)
SIZE = (5 << 30) if os.environ.get("CHANGEDESK_SOAK") else (200 << 20)
"""How large the large transcript is."""
pieces_of = st.lists(
    st.tuples(
        st.sampled_from(["stdout", "stderr"]),
        st.lists(st.sampled_from([b"\n", b"needle", b"Nee", b"dle", b"x" * 40, b"\xff", b"a"]))
        .map(b"".join),
    ),
    max_size=12,
)  # fmt: skip


def written(path: Path, said: list[tuple[str, bytes]]) -> Path:
    pieces = [Piece(AT + timedelta(seconds=n), *one) for n, one in enumerate(said)]
    path.write_bytes(b"".join(map(write_piece, pieces)))
    return path


def naive(transcript: bytes) -> list[tuple[datetime, str, bytes]]:
    """Return all rows by putting every byte in its row, one after the other."""
    rows: list[tuple[datetime, str, bytes]] = []
    fresh = True
    for piece in read_pieces(transcript):
        for byte in piece.data:
            if fresh or rows[-1][1] != piece.stream:
                rows.append((piece.at, piece.stream, b""))
                fresh = False
            if byte == ord("\n"):
                fresh = True
            else:
                at, stream, data = rows[-1]
                rows[-1] = (at, stream, data + bytes([byte]))
    return rows


def small_blocks(patch: pytest.MonkeyPatch) -> None:
    """Make blocks a few bytes long, so that short examples have many."""
    for module in (walking, opened):
        patch.setattr(module, "BLOCK_BYTES", 16)
    patch.setattr(opened, "_STRETCH", 2)
    patch.setattr(opened, "LONGEST_ROW", 20)


@given(said=pieces_of, first=st.integers(0, 30), n=st.integers(1, 30))
def test_rows_are_those_of_a_reader_that_reads_everything(tmp_path_factory, said, first, n):
    with pytest.MonkeyPatch.context() as patch:
        small_blocks(patch)
        path = written(tmp_path_factory.mktemp("rows") / "t", said)
        wanted = naive(path.read_bytes())
        file = OpenTranscript(path)
        before = file.rows(first, n)
        file.build_index(TaskContext())
        assert file.known_rows == len(wanted)
        found = file.rows(first, n)
        assert before == found or any(row.size is None for row in found)
        assert [(row.at, row.stream) for row in found] == [w[:2] for w in wanted[first : first + n]]
        for row, (_at, _stream, data) in zip(found, wanted[first:], strict=False):
            assert row.data == data[:20]
            assert row.size in (len(data), None)


@given(said=pieces_of, row=st.integers(-3, 30), back=st.booleans())
def test_a_search_finds_the_row_that_a_look_at_every_row_finds(tmp_path_factory, said, row, back):
    with pytest.MonkeyPatch.context() as patch:
        small_blocks(patch)
        path = written(tmp_path_factory.mktemp("find") / "t", said)
        file = OpenTranscript(path)
        file.build_index(TaskContext())
        hits = [n for n, one in enumerate(naive(path.read_bytes())) if b"needle" in one[2].lower()]
        wanted = (
            next((n for n in reversed(hits) if n < row), None)
            if back
            else next((n for n in hits if n > row), None)
        )
        assert file.find("NEEDLE", row, TaskContext(), back=back) == wanted


def test_a_very_long_line_is_cut_and_what_follows_is_found(tmp_path):
    long = b"x" * 3_000_000
    said = [("stdout", b"first\n" + long[:1_000_000]), ("stdout", long[1_000_000:] + b"\nlast\n")]
    file = OpenTranscript(written(tmp_path / "t", [*said, ("stderr", long), ("stdout", b"end")]))
    file.build_index(TaskContext())
    rows = file.rows(0, 10)
    assert [row.data[:5] for row in rows] == [b"first", b"xxxxx", b"last", b"xxxxx", b"end"]
    assert [row.is_cut for row in rows] == [False, True, False, True, False]
    assert file.find("last", 0, TaskContext()) == 2
    assert file.find("first", 4, TaskContext(), back=True) == 0


def test_output_cannot_forge_a_piece(tmp_path):
    forged = write_piece(Piece(AT, "stderr", b"forged"))
    file = OpenTranscript(written(tmp_path / "t", [("stdout", b"a\n" + forged + b"b\n")]))
    file.build_index(TaskContext())
    assert {row.stream for row in file.rows(0, 10)} == {"stdout"}


def test_a_stop_ends_the_count_and_the_search(tmp_path):
    file = OpenTranscript(written(tmp_path / "t", [("stdout", b"a\n" * 100)]))
    context = TaskContext()
    context.cancel()
    with pytest.raises(TaskCancelled):
        file.build_index(context)
    with pytest.raises(TaskCancelled):
        file.find("b", -1, context)


def test_both_ends_are_taken_out_and_what_lies_between_is_counted(tmp_path):
    path = written(tmp_path / "t", [("stdout", b"".join(b"%d\n" % n for n in range(100)))])
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    assert excerpt_of(path, sha256, 2, 3) == Excerpt(("0", "1"), ("97", "98", "99"), 95)
    assert excerpt_of(path, sha256, 60, 60).left_out == 0
    assert len(excerpt_of(path, sha256, 60, 60).last) == 40
    with pytest.raises(StoreError, match="altered"):
        excerpt_of(path, "0" * 64, 2, 3)


def large(path: Path, size: int) -> int:
    """Write a transcript of about this size; return how many lines it has."""
    lines = [b"%08d the quick brown fox jumps over the lazy dog, again and again\n"]
    block = b"".join(lines[0] % n for n in range(4_000))
    piece = write_piece(Piece(AT, "stdout", block))
    with path.open("wb") as file:
        times = size // len(piece)
        for _n in range(times):
            file.write(piece)
        file.write(write_piece(Piece(AT, "stderr", b"the Last Line of all\n")))
    return times * 4_000 + 1


def test_a_large_transcript_is_read_in_bounded_memory(tmp_path):
    path = tmp_path / "large"
    lines = large(path, SIZE)
    begun_s = time.perf_counter()
    file = OpenTranscript(path)
    assert file.rows(0, 256)[0].data.startswith(b"00000000")
    first_ms = 1000 * (time.perf_counter() - begun_s)
    tracemalloc.start()
    try:
        file.build_index(TaskContext())
        counted_s = time.perf_counter() - begun_s
        assert file.known_rows == lines
        begun_s = time.perf_counter()
        (last,) = file.rows(lines - 1, 10)
        jump_ms = 1000 * (time.perf_counter() - begun_s)
        assert last.data == b"the Last Line of all"
        begun_s = time.perf_counter()
        assert file.find("the last line", -1, TaskContext()) == lines - 1
        search_s = time.perf_counter() - begun_s
        assert file.find("00003999", lines, TaskContext(), back=True) == lines - 2
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 24 << 20
    print(
        f"{path.stat().st_size >> 20} MiB, {lines} lines: first rows {first_ms:.1f} ms, counted in"
        f" {counted_s:.2f} s, jump to the end {jump_ms:.1f} ms, searched in {search_s:.2f} s,"
        f" peak {peak / (1 << 20):.1f} MiB"
    )
