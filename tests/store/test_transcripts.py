import threading
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.transcript import Piece, read_pieces, write_piece
from app.errors import StoreError
from app.store import transcripts as module
from app.store.files import StoredFiles
from app.store.transcripts import StoredTranscripts
from tests.fakes import NOON

PIECES = st.lists(
    st.builds(
        Piece,
        st.integers(0, 10**9).map(lambda ms: NOON + timedelta(milliseconds=ms)),
        st.sampled_from(["stdout", "stderr"]),
        st.binary(max_size=60) | st.just(b"2026-11-14T12:00:00.000000Z stdout 3\nxyz\n"),
    ),
    max_size=6,
)


@pytest.fixture
def files(tmp_path):
    return StoredFiles(tmp_path / "files")


@pytest.fixture
def transcripts(tmp_path, files):
    kept = StoredTranscripts(tmp_path / "transcripts", files)
    yield kept
    kept.close()


@given(pieces=PIECES)
def test_pieces_come_back_byte_for_byte(pieces):
    assert list(read_pieces(b"".join(map(write_piece, pieces)))) == pieces


@given(pieces=PIECES, cut=st.integers(min_value=0, max_value=400))
def test_a_torn_end_loses_the_last_piece_only(pieces, cut):
    whole = b"".join(map(write_piece, pieces))
    torn = whole[: max(0, len(whole) - cut)]
    left = list(read_pieces(torn))
    assert left == pieces[: len(left)]
    assert len(b"".join(map(write_piece, pieces[: len(left) + 1]))) > len(torn) or left == pieces


@given(noise=st.binary(max_size=200))
def test_noise_is_no_transcript_and_no_error(noise):
    assert noise.startswith(b"".join(map(write_piece, read_pieces(noise))))


def test_a_transcript_can_be_read_with_any_editor():
    assert write_piece(Piece(NOON, "stdout", b"hello\n")) == (
        b"2026-11-14T12:00:00.000000Z stdout 6\nhello\n\n"
    )


def test_a_sealed_transcript_lies_among_the_evidence(transcripts, files, tmp_path):
    grown = transcripts.open("run", "f1")
    grown.append("stdout", b"working\n", NOON)
    grown.append("stderr", b"\xff\x00", NOON + timedelta(seconds=1))
    sha256, size = grown.seal()
    data = files.get(sha256)
    assert size == len(data)
    assert [piece.data for piece in read_pieces(data)] == [b"working\n", b"\xff\x00"]
    assert not list((tmp_path / "transcripts").rglob("*.part"))


def test_a_sealed_transcript_takes_nothing_more(transcripts):
    grown = transcripts.open("run", "f1")
    grown.seal()
    with pytest.raises(StoreError, match="sealed"):
        grown.append("stdout", b"late", NOON)
    with pytest.raises(StoreError, match="sealed"):
        grown.seal()


def test_one_goes_on_where_a_crash_has_torn_it(transcripts, files, tmp_path):
    transcripts.open("run", "f1").append("stdout", b"before", NOON)
    transcripts.close()
    (path,) = (tmp_path / "transcripts").rglob("*.part")
    path.write_bytes(path.read_bytes() + write_piece(Piece(NOON, "stdout", b"torn"))[:-3])
    grown = transcripts.open("run", "f1")
    grown.append("stdout", b"after", NOON)
    sha256, _size = grown.seal()
    assert [piece.data for piece in read_pieces(files.get(sha256))] == [b"before", b"after"]


def test_opening_again_goes_on_and_closes_the_first(transcripts):
    first = transcripts.open("run", "f1")
    first.append("stdout", b"a", NOON)
    second = transcripts.open("run", "f1")
    second.append("stdout", b"b", NOON)
    with pytest.raises(StoreError, match="sealed"):
        first.append("stdout", b"c", NOON)
    assert second.seal()[1] == 2 * len(write_piece(Piece(NOON, "stdout", b"a")))


@pytest.mark.parametrize("name", ["../../outside", "a/b", "..", ".", "con:", "ü" * 300, "x\x00y"])
def test_no_name_leads_out_of_the_folder(transcripts, tmp_path, name):
    transcripts.open(name, name).append("stdout", b"x", NOON)
    (path,) = tmp_path.rglob("*.part")
    assert path.parent.parent == tmp_path / "transcripts"


def test_several_threads_write_whole_pieces(transcripts, files):
    grown = transcripts.open("run", "f1")

    def write(stream):
        for n in range(200):
            grown.append(stream, f"{stream} {n}\n".encode() * 20, NOON)

    threads = [threading.Thread(target=write, args=(name,)) for name in ("stdout", "stderr")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    pieces = list(read_pieces(files.get(grown.seal()[0])))
    assert len(pieces) == 400
    assert [p.data.split(b"\n")[0] for p in pieces if p.stream == "stdout"] == [
        f"stdout {n}".encode() for n in range(200)
    ]


def test_output_reaches_the_disk_within_a_moment_without_more_output(
    transcripts, monkeypatch, tmp_path
):
    synced = threading.Event()
    real = module.os.fsync

    def watch(handle):
        real(handle)
        synced.set()

    monkeypatch.setattr(module, "SYNC_EVERY_S", 0.02)
    grown = transcripts.open("run", "f1")
    monkeypatch.setattr(module.os, "fsync", watch)
    grown.append("stdout", b"only this", NOON)
    assert synced.wait(10)


def append_for_a_while(grown):
    for _ in range(1000):
        grown.append("stdout", b"more", NOON)


def test_a_failed_sync_is_told_at_the_next_piece(transcripts, monkeypatch):
    failed = threading.Event()

    def fail(handle):
        failed.set()
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(module, "SYNC_EVERY_S", 0.02)
    grown = transcripts.open("run", "f1")
    monkeypatch.setattr(module.os, "fsync", fail)
    grown.append("stdout", b"lost?", NOON)
    assert failed.wait(10)
    with pytest.raises(StoreError, match="Input/output error"):
        append_for_a_while(grown)
