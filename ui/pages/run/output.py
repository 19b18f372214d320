"""What one step said: live while it runs, from the sealed transcript afterwards."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from app.domain.run import Run, StepRun, StepState
from app.i18n import _
from app.services.run.live import Output
from app.wording import clock, count
from ui.format import visible
from ui.pages.run.rows import StepRow
from ui.theme import BOLD
from ui.widgets.labels import Label
from ui.widgets.layout import Line, panel, row
from ui.widgets.table import Table
from ui.widgets.transcript import Said, Transcript, TranscriptLine
from ui.widgets.transcript_pane import TranscriptPane

if TYPE_CHECKING:
    from ui.context import UiContext


_LONGEST_REST = 64 * 1024
"""Bytes of a line without an end that wait for it; then what there is counts as a line."""


class StepOutput(QWidget):
    """Title of the step, its command, and the transcript below."""

    failed = Signal(object)

    def __init__(self, context: "UiContext") -> None:
        super().__init__()
        self._context = context
        self._key: tuple[str, str, str] = ("", "", "")
        self._followed = ""
        self._rest = b""
        self._command: list[TranscriptLine] = []
        self._title = Label("", weight=BOLD)
        self._note = Label("", tone="ink2")
        self._short = Label("", tone="ink2", wrap=True)
        self._short_part = panel(row(self._short, margins=(16, 0, 16, 8)))
        self._short_part.hide()
        self._transcript = Transcript()
        self._transcript.shortened.connect(self._on_shortened)
        self._sealed = TranscriptPane(context.tasks)
        self._sealed.failed.connect(self.failed)
        self._ways = QStackedWidget()
        self._ways.addWidget(self._transcript)
        self._ways.addWidget(self._sealed)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(Line())
        layout.addWidget(panel(row(self._title, self._note, None, margins=(16, 8, 16, 8))))
        layout.addWidget(self._short_part)
        layout.addWidget(self._ways, 1)

    def show_step(self, run: Run, item: StepRun) -> None:
        """Show a step; does nothing while the same step is shown in the same state."""
        key = (run.id, item.step.id, item.transcript or item.state.value)
        if key == self._key:
            return
        same_step = key[:2] == self._key[:2]
        self._key = key
        self._command = self._heading(item)
        self._title.setText(item.step.title)
        self._note.setText(visible(item.outcome))
        if not same_step or item.transcript:
            self._short_part.hide()
        if item.transcript:
            services = self._context.services
            self._sealed.show_transcript(
                item.transcript, lambda: services.files, self._command, self._zone()
            )
            self._ways.setCurrentWidget(self._sealed)
            return
        self._sealed.leave()
        self._ways.setCurrentWidget(self._transcript)
        if not (same_step and item.state is StepState.SENT):
            self._rest = b""
            self._transcript.set_lines(self._command)

    def follow(self, table: Table, run: Run, talking: StepRun) -> None:
        """Go along with the step that runs, unless somebody reads another one."""
        current = run.current.step.id if run.current else ""
        picked: StepRow | None = table.current
        if picked is not None and picked.item.step.id not in (self._followed, current):
            self.show_step(run, picked.item)
            return
        self._followed = current
        table.select(current, quiet=True)
        self.show_step(run, talking)

    def take(self, output: Output) -> None:
        """Add a piece that a running step has just said."""
        if output.step != self._key[1]:
            return
        *full, self._rest = (self._rest + output.data).split(b"\n")
        if len(self._rest) > _LONGEST_REST:
            full, self._rest = [*full, self._rest], b""
        said = Said.ERROR if output.stream == "stderr" else Said.OUTPUT
        at = clock(output.at, self._zone(), seconds=True)
        self._transcript.append_lines(_lines(full, at, said))

    @Slot(int)
    def _on_shortened(self, come: int) -> None:
        """Say that the view is not all of it, and where all of it will be."""
        text = _(
            "These are the last {shown} of {all} lines so far. The whole transcript stands here, to"
            " read and to search, as soon as the step has ended."
        )
        self._short.setText(text.format(shown=count(Transcript.MAX_LINES), all=count(come)))
        self._short_part.show()

    def _heading(self, item: StepRun) -> list[TranscriptLine]:
        command = item.step.command
        return [TranscriptLine(f"$ {line}", "", Said.COMMAND) for line in command.splitlines()]

    def _zone(self) -> str:
        return self._context.services.settings.zone


def _lines(raw: Iterable[bytes], at: str, said: Said) -> list[TranscriptLine]:
    texts = [line.decode("utf-8", "replace") for line in raw]
    return [TranscriptLine(text, at if n == 0 else "", said) for n, text in enumerate(texts)]
