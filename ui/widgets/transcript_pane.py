"""A sealed transcript with all that is needed to find one's way in it: search, both ends, sizes."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.errors import AppError
from app.i18n import _, ngettext
from app.services.ports.store import Files
from app.services.transcripts.opened import OpenTranscript
from app.tasks import Progress
from app.wording import bytes_size, count
from ui.paint import Style
from ui.tasks import Latest, TaskRunner
from ui.widgets.beside import Beside
from ui.widgets.buttons import Button, Tall, icon_button
from ui.widgets.labels import Label
from ui.widgets.layout import panel, row
from ui.widgets.long_transcript import LongTranscript
from ui.widgets.search import SearchField
from ui.widgets.transcript import TranscriptLine
from ui.widgets.transcript_rows import Finding, percent

_ROUND_HINT = 52
"""Pixels of the search field beside its hint: the magnifier and the margins."""


class TranscriptPane(QWidget):
    """Search field, ways to both ends, what there is in words, and the rows below."""

    failed = Signal(object)

    def __init__(self, tasks: TaskRunner) -> None:
        super().__init__()
        self._text = ""
        self._sha256 = ""
        self._heading: tuple[TranscriptLine, ...] = ()
        self._zone = "UTC"
        self.view = LongTranscript(tasks)
        hint = _("Search the transcript")
        self.search = SearchField(hint, "")
        self.search.setMinimumWidth(round(Style().width(hint)) + _ROUND_HINT)
        self.back = icon_button("chevron-up", _("Previous"), compact=True)
        self.forth = icon_button("chevron-down", _("Next"), compact=True)
        self.start = Button(_("Start"), tall=Tall.COMPACT)
        self.end = Button(_("End"), tall=Tall.COMPACT)
        self.stop = Button(_("Stop"), icon="x", tall=Tall.COMPACT)
        self.words = Label("", tone="ink2")
        self._opened = Latest(tasks, self)
        self._finding = Finding(tasks, self)
        ways = panel(row(self.words, None, self.stop, self.start, self.end))
        bar = row(
            Beside(panel(row(self.search, self.back, self.forth)), ways, gap=8),
            margins=(16, 6, 16, 6),
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(panel(bar))
        layout.addWidget(self.view, 1)
        self._connect()

    def _connect(self) -> None:
        self._opened.loaded.connect(self._on_opened)
        self._opened.failed.connect(self._on_missing)
        self.view.failed.connect(self.failed)
        self.view.moved.connect(self._say)
        self.search.wanted.connect(self._on_wanted)
        self.search.returnPressed.connect(self._on_forth)
        self.back.clicked.connect(self._on_back)
        self.forth.clicked.connect(self._on_forth)
        self.start.clicked.connect(self.view.go_to_start)
        self.end.clicked.connect(self.view.go_to_end)
        self.stop.clicked.connect(self._on_stop)
        self._finding.found.connect(self._on_found)
        self._finding.went.connect(self._on_went)
        self._finding.ended.connect(self._say)
        self._finding.failed.connect(self.failed)

    def show_transcript(
        self,
        sha256: str,
        files: Callable[[], Files],
        heading: Sequence[TranscriptLine] = (),
        zone: str = "UTC",
    ) -> None:
        """Show another transcript, by its hash; nothing when it is shown already."""
        if sha256 == self._sha256 and tuple(heading) == self._heading:
            return
        self._sha256, self._heading, self._zone = sha256, tuple(heading), zone
        self._finding.cancel()
        self.search.clear()
        self._opened.start(lambda: OpenTranscript(files().path(sha256), sha256))

    def leave(self) -> None:
        """Show nothing, and stop what is under way."""
        self._sha256 = ""
        self._opened.drop()
        self._finding.cancel()
        self.view.show_file(None)

    @Slot(object)
    def _on_opened(self, file: OpenTranscript) -> None:
        self.view.show_file(file, self._heading, self._zone)
        self._say()

    @Slot(object)
    def _on_missing(self, error: Exception) -> None:
        self.view.show_file(None, self._heading)
        self.words.setText(error.text if isinstance(error, AppError) else str(error))
        self.failed.emit(error)

    @Slot(str)
    def _on_wanted(self, text: str) -> None:
        if text == self._text:
            return
        self._text = text
        self.view.mark_text(text)
        self._finding.cancel()
        self._say()
        if text:
            self._find(self.view.current - 1)

    def _find(self, after: int, *, back: bool = False) -> None:
        file = self.view.rows.file
        if file is not None and self._text:
            self.words.setText(_("Searching…"))
            self._finding.start(file, self._text, after, back=back)
            self._say_stop()

    @Slot()
    def _on_forth(self) -> None:
        if not self._finding.busy:
            self._find(self.view.current)

    @Slot()
    def _on_back(self) -> None:
        if not self._finding.busy:
            self._find(max(0, self.view.current), back=True)

    @Slot()
    def _on_stop(self) -> None:
        self._finding.cancel()
        self.view.stop_waiting()

    @Slot(object)
    def _on_found(self, found: int | None) -> None:
        if found is None:
            self.words.setText(_("Not found from here on"))
            return
        self.view.go_to(found)

    @Slot(object)
    def _on_went(self, now: Progress) -> None:
        self.words.setText(_("Searching, {n} %").format(n=percent(now)))

    @Slot()
    def _say(self) -> None:
        """Say how much there is, and how far it is counted."""
        self._say_stop()
        rows, file = self.view.rows, self.view.rows.file
        if file is None or self._finding.busy:
            return
        n = rows.count
        lines = ngettext("{n} line", "{n} lines", n).format(n=count(n))
        size = bytes_size(file.size)
        if rows.whole:
            text = _("{lines}, {size}").format(lines=lines, size=size)
            damaged = file.is_genuine is False
            if damaged:
                text = f"{text}. {_('It was altered or damaged since it was kept.')}"
            self.words.set_tone("bad" if damaged else "ink2")
            self.words.setText(text)
            return
        done = percent(Progress(file.indexed_bytes, file.size))
        words = _("{lines} so far, {size}, {n} % counted")
        self.words.setText(words.format(lines=lines, size=size, n=done))

    def _say_stop(self) -> None:
        self.stop.setVisible(self._finding.busy or self.view.waits_for_end)
