"""Approval by file in the window: write a request, read one, take an answer over."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QFileDialog

from app.errors import InvalidInput, SignerUnknown
from app.i18n import _
from ui.changed import Topic
from ui.pages.changes.asking import Question
from ui.tasks import Latest

if TYPE_CHECKING:
    from app.services.approval.approval_files import Answered, Imported
    from ui.operations.approval_files import OpenedAnswer, OpenedRequest
    from ui.pages.changes.page import ChangesPage
    from ui.pages.changes.request_reader import RequestReader

_KIND = "Change Desk (*.json)"
_TAIL = 6


class ApprovalDesk(QObject):
    """Asks for files; the reader is built with the first request that is opened."""

    def __init__(self, page: "ChangesPage") -> None:
        super().__init__(page)
        self._page, self._context = page, page.context
        self._reader: RequestReader | None = None
        self._answer: OpenedAnswer | None = None
        self._opened = Latest(page.context.tasks, self)
        self._opened.loaded.connect(self._on_opened)
        self._opened.failed.connect(page.show_error)
        self.writing = 0

    @property
    def busy(self) -> bool:
        """Whether a file is being read or written."""
        return self._opened.busy or self.writing > 0

    @property
    def reader(self) -> "RequestReader":
        """What shows a request; it stands beside the change in the page."""
        if self._reader is None:
            from ui.pages.changes.request_reader import RequestReader  # noqa: PLC0415 - seldom

            self._reader = RequestReader()
            self._reader.answered.connect(self._on_answered)
            self._reader.closed.connect(self._page.leave)
            self._page.right.addWidget(self._reader)
        return self._reader

    @property
    def is_reading(self) -> bool:
        """Whether a request is shown."""
        return self._reader is not None and self._page.right.currentWidget() is self._reader

    @Slot()
    def ask_request(self) -> None:
        """Ask where the request of the shown change is to be written."""
        from app.services.approval.approval_files import request_file_name  # noqa: PLC0415 - loads slowly

        change = self._page.detail.editing.view.change
        path, _kind = QFileDialog.getSaveFileName(
            self._page, _("Request for approval"), request_file_name(change), _KIND
        )
        if path:
            self.write_request(change.id, Path(path))

    def write_request(self, change_id: str, target: Path) -> None:
        """Write a signed request."""
        from ui.operations import approval_files  # noqa: PLC0415 - loads slowly

        task = approval_files.write_request(self._context, change_id, target)
        task.succeeded.connect(self._on_written)
        self._follow(task)

    @Slot()
    def ask_file(self) -> None:
        """Ask for a request or an answer, whichever it is."""
        path, _kind = QFileDialog.getOpenFileName(self._page, _("Approval file"), "", _KIND)
        if path:
            self.open_file(Path(path))

    def open_file(self, path: Path) -> None:
        """Read a file and show it, or take it over."""
        from ui.operations import approval_files  # noqa: PLC0415 - loads slowly

        self._opened.start(partial(approval_files.load_file, self._context.services, path))

    @Slot(object)
    def _on_opened(self, opened: "OpenedRequest | OpenedAnswer") -> None:
        from ui.operations.approval_files import OpenedRequest  # noqa: PLC0415 - loads slowly

        if isinstance(opened, OpenedRequest):
            reader = self.reader
            self._page.sides.make_room()
            self._page.right.setCurrentWidget(reader)
            reader.show_request(opened)
            return
        self._answer = opened
        self._take("")

    def _take(self, confirm: str) -> None:
        from ui.operations import approval_files  # noqa: PLC0415 - loads slowly

        if self._answer is not None:
            task = approval_files.take_answer(self._context, self._answer.data, confirm)
            task.succeeded.connect(self._on_taken)
            self._follow(task)

    def _follow(self, task: QObject) -> None:
        self.writing += 1
        task.failed.connect(self._on_failed)  # type: ignore[attr-defined]  # a Task
        task.ended.connect(self._on_ended)  # type: ignore[attr-defined]

    @Slot()
    def _on_ended(self) -> None:
        self.writing -= 1

    @Slot(object)
    def _on_failed(self, error: Exception) -> None:
        if isinstance(error, SignerUnknown) and self._answer is not None:
            self._page.open(self._answer.file.change)
            self._ask_key(error)
        else:
            self._page.show_error(error)

    def _ask_key(self, error: SignerUnknown) -> None:
        text = _("The answer is signed with key {key}. Nobody here has confirmed yet that it is the"
                 " key of {name}. Ask {name} for it, by phone or face to face.")  # fmt: skip
        self._page.detail.editing.ask(
            Question(
                _("Is this the key of {name}?").format(name=error.name),
                text.format(key=error.fingerprint, name=error.name),
                _("It is the same"),
                partial(self._confirm, error.fingerprint),
                label=_("Last six characters of the fingerprint"),
                hint=_("From then on another key for {name} is refused.").format(name=error.name),
            )
        )

    def _confirm(self, fingerprint: str, typed: str) -> None:
        if typed != fingerprint[-_TAIL:]:
            self._page.show_error(
                InvalidInput(
                    _("“{typed}” is not the end of the fingerprint.").format(typed=typed),
                    hint=_("Nothing was taken over. Compare it again, with the person."),
                )
            )
            return
        self._take(fingerprint)

    @Slot(object)
    def _on_taken(self, done: "Imported") -> None:
        words = (
            _("{name}’s answer to {number} was taken over")
            if done.is_new
            else _("{name}’s answer to {number} had been taken over before")
        )
        text = words.format(name=done.answer.approver, number=done.change.number)
        self._context.messages.show_done(text)
        self._context.changed.announce(Topic.CHANGES, self._page, done.change.id)
        self._page.open(done.change.id)

    @Slot(object, object)
    def _on_answered(self, opened: "OpenedRequest", said: "Answered") -> None:
        folder = QFileDialog.getExistingDirectory(self._page, _("Folder for your answer"))
        if folder:
            self.write_answer(opened, said, Path(folder))

    def write_answer(self, opened: "OpenedRequest", said: "Answered", folder: Path) -> None:
        """Write a signed answer into a folder."""
        from ui.operations import approval_files  # noqa: PLC0415 - loads slowly

        task = approval_files.write_answer(self._context, opened.data, said, folder)
        task.succeeded.connect(self._on_written)
        self._follow(task)

    @Slot(object)
    def _on_written(self, path: Path) -> None:
        self._context.messages.show_done(_("Written to {path}").format(path=path))
        if self.is_reading:
            self._page.leave()
        else:
            self._page.detail.reload()
