"""A sealed transcript in the window: rows at once, both ends, search, literal text, copies."""

import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from app.domain.transcript import Piece, write_piece
from app.errors import NotFound
from app.services.transcripts.opened import OpenTranscript
from app.tasks import TaskCancelled
from ui.widgets.transcript import Said, TranscriptLine
from ui.widgets.transcript_pane import TranscriptPane
from ui.widgets.transcript_rows import PAGE

AT = datetime(2026, 11, 27, 1, 2, 3, tzinfo=UTC)
COMMAND = (TranscriptLine("$ apt-get upgrade", "", Said.COMMAND),)
LINES = 60_000


class OneFile:
    """Evidence files, one of them."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def path(self, sha256: str) -> Path:
        if not self._path.exists():
            raise NotFound("There is no evidence file.")
        return self._path


def transcript(path: Path) -> str:
    """Write one with escapes, a line of 2 MB, and errors in between; return its hash."""
    data = bytearray()
    for start in range(0, LINES, 1000):
        said = b"".join(
            b"line %06d \x1b[31mred\x1b[0m <b>\n" % n for n in range(start, start + 1000)
        )
        data += write_piece(Piece(AT + timedelta(seconds=start), "stdout", said))
    data += write_piece(Piece(AT, "stdout", b"x" * 2_000_000 + b"\n"))
    data += write_piece(Piece(AT, "stderr", b"error: the End\n"))
    path.write_bytes(data)
    return hashlib.sha256(data).hexdigest()


@pytest.fixture
def pane(qtbot, theme, tasks, tmp_path):
    sha256 = transcript(tmp_path / "t")
    made = TranscriptPane(tasks)
    qtbot.addWidget(made)
    made.resize(800, 400)
    made.show()
    made.show_transcript(sha256, lambda: OneFile(tmp_path / "t"), COMMAND)
    qtbot.waitUntil(lambda: made.view.rows.whole and made.view.rows.file.is_genuine is not None)
    qtbot.waitUntil(lambda: "MB" in made.words.text() and "so far" not in made.words.text())
    return made


def in_sight(pane: TranscriptPane, place: int) -> str:
    shown = pane.view._shown(place)
    return shown.text if shown else ""


def test_its_size_is_said_and_its_first_rows_are_literal(pane, qtbot):
    assert pane.words.text().startswith("60\u202f002 lines, ")
    assert in_sight(pane, 0) == "$ apt-get upgrade"
    qtbot.waitUntil(lambda: in_sight(pane, 1) == "line 000000 ^[[31mred^[[0m <b>")


def test_the_end_is_one_press_away_and_so_is_the_start(pane, qtbot):
    qtbot.mouseClick(pane.end, Qt.MouseButton.LeftButton)
    last = pane.view.total - 1
    qtbot.waitUntil(lambda: in_sight(pane, last) == "error: the End")
    assert pane.view.top + pane.view.fitting >= last
    long = pane.view._shown(last - 1)
    assert len(long.text) == 4096
    assert "2.0 MB in this line" in long.cut or "very long" in long.cut
    qtbot.mouseClick(pane.start, Qt.MouseButton.LeftButton)
    assert pane.view.top == 0
    qtbot.keyClick(pane.view, Qt.Key.Key_End)
    assert pane.view.top > LINES - 100
    qtbot.keyClick(pane.view, Qt.Key.Key_PageUp)
    assert pane.view.top < last - pane.view.fitting


def test_there_is_no_bar_across_once_there_is_room_for_the_widest_row(
    qtbot, theme, tasks, tmp_path
):
    data = write_piece(Piece(AT, "stdout", b"a line that is quite long " * 6 + b"\n"))
    (tmp_path / "t").write_bytes(data)
    pane = TranscriptPane(tasks)
    qtbot.addWidget(pane)
    pane.resize(300, 200)
    pane.show()
    sha256 = hashlib.sha256(data).hexdigest()
    pane.show_transcript(sha256, lambda: OneFile(tmp_path / "t"))
    qtbot.waitUntil(lambda: pane.view.horizontalScrollBar().maximum() > 0)
    pane.resize(1800, 200)
    qtbot.waitUntil(lambda: pane.view.horizontalScrollBar().maximum() == 0)


def found(pane: TranscriptPane) -> int:
    return pane.view.chosen[1] - len(COMMAND)


def test_a_search_goes_forth_and_back_and_says_when_there_is_no_more(pane, qtbot):
    qtbot.keyClicks(pane.search, "line 05000")
    qtbot.waitUntil(lambda: found(pane) == 50_000)
    assert pane.view.top <= 50_001 < pane.view.top + pane.view.fitting
    qtbot.mouseClick(pane.forth, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: found(pane) == 50_001)
    qtbot.mouseClick(pane.back, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: found(pane) == 50_000)
    qtbot.mouseClick(pane.back, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "Not found" in pane.words.text())
    assert found(pane) == 50_000


def test_a_search_can_be_stopped(pane, qtbot, monkeypatch):
    def slow(self, text, row, context, *, back=False):
        while True:
            context.progress(30, 100, "")
            context.wait(0.01)

    monkeypatch.setattr(OpenTranscript, "find", slow)
    qtbot.keyClicks(pane.search, "nowhere")
    qtbot.waitUntil(lambda: pane.words.text() == "Searching, 30 %")
    qtbot.mouseClick(pane.stop, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: pane.stop.isHidden())
    assert "lines" in pane.words.text()


def test_chosen_rows_are_copied_as_they_are_shown(pane, qtbot):
    qtbot.waitUntil(lambda: in_sight(pane, 2) != "")
    pane.view.choose(1, 2)
    assert pane.view.copy() == 2
    assert QGuiApplication.clipboard().text() == (
        "line 000000 ^[[31mred^[[0m <b>\nline 000001 ^[[31mred^[[0m <b>"
    )


def test_only_what_is_looked_at_is_held(pane, qtbot):
    for place in range(0, LINES, 700):
        pane.view.scroll_to(place)
        qtbot.waitUntil(lambda p=place: in_sight(pane, p + 1) != "")
    assert sum(map(len, pane.view.rows._pages.values())) <= 24 * PAGE


def test_an_altered_file_is_said_to_be_one(qtbot, theme, tasks, tmp_path):
    sha256 = transcript(tmp_path / "t")
    data = bytearray((tmp_path / "t").read_bytes())
    data[100] ^= 1
    (tmp_path / "t").write_bytes(data)
    pane = TranscriptPane(tasks)
    qtbot.addWidget(pane)
    pane.show_transcript(sha256, lambda: OneFile(tmp_path / "t"))
    qtbot.waitUntil(lambda: "altered or damaged" in pane.words.text())


def test_a_file_that_is_gone_is_said(qtbot, theme, tasks, tmp_path):
    pane = TranscriptPane(tasks)
    qtbot.addWidget(pane)
    told = []
    pane.failed.connect(told.append)
    pane.show_transcript("0" * 64, lambda: OneFile(tmp_path / "t"))
    qtbot.waitUntil(lambda: len(told) == 1)
    assert "no evidence file" in pane.words.text()


def test_leaving_stops_the_count(qtbot, theme, tasks, tmp_path, monkeypatch):
    stopped = []

    def endless(self, context):
        try:
            while True:
                context.wait(0.01)
        except TaskCancelled:
            stopped.append(True)
            raise

    monkeypatch.setattr(OpenTranscript, "build_index", endless)
    sha256 = transcript(tmp_path / "t")
    pane = TranscriptPane(tasks)
    qtbot.addWidget(pane)
    pane.show_transcript(sha256, lambda: OneFile(tmp_path / "t"))
    qtbot.waitUntil(lambda: in_sight(pane, 0) != "")
    pane.leave()
    qtbot.waitUntil(lambda: stopped == [True])
