"""The base of every page: header, message area, body, and the few methods the shell calls."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import ClassVar

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app.domain.host import Stage
from app.errors import LoginRefused
from app.i18n import _
from ui.changed import Happened, Topic
from ui.context import UiContext
from ui.messages import Message, MessageAction, message_of
from ui.theme import BODY
from ui.widgets.banner import BannerStack
from ui.widgets.base_table import BaseTable
from ui.widgets.buttons import Button, WithReason
from ui.widgets.labels import Label, title
from ui.widgets.layout import MARGIN, Line, add_layout


class PageHeader(QWidget):
    """Title, one sentence of state, and the page's buttons at the right."""

    def __init__(self, text: str, sentence: str = "") -> None:
        super().__init__()
        self.title = title(text)
        self.sentence = Label(sentence, size=BODY, tone="ink2").make_eliding()
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self.title)
        words.addWidget(self.sentence)
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(8)
        self._buttons.setContentsMargins(0, 8, 0, 0)  # a reason below must not move the button
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(MARGIN, 11, MARGIN, 11)
        layout.setSpacing(16)
        add_layout(layout, words, 1)
        add_layout(layout, self._buttons)

    def set_texts(self, text: str, sentence: str) -> None:
        """Change title and sentence."""
        self.title.setText(text)
        self.sentence.setText(sentence)

    def set_sentence(self, sentence: str) -> None:
        """Say what is the case now."""
        self.sentence.setText(sentence)

    def add(self, *widgets: QWidget) -> None:
        """Add buttons from left to right; the primary one comes last."""
        for widget in widgets:
            shown = WithReason(widget) if isinstance(widget, Button) else widget
            self._buttons.addWidget(shown, 0, Qt.AlignmentFlag.AlignTop)


class Page(QWidget):
    """A screen of the window.

    A page sets the class attributes, builds its widgets in ``build`` and asks for its data in
    ``reload``. The shell calls ``reload`` when the page is first shown, on F5, and after somebody
    else changed records of ``topics``; ``open`` when a place on the page is wanted; and
    ``focus_search`` on Ctrl+F.
    """

    id: ClassVar[str] = ""
    title: ClassVar[str] = ""
    icon: ClassVar[str] = ""
    group: ClassVar[int] = 0
    topics: ClassVar[Topic] = Topic(0)

    def __init__(self, context: UiContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.context = context
        self.header = PageHeader(self.title)
        self.banners = BannerStack()
        body = QWidget()
        body.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.body = QVBoxLayout(body)
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(0)
        self._stale = False
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.header)
        self.rule = Line()
        layout.addWidget(self.rule)
        layout.addWidget(self.banners)
        layout.addWidget(body, 1)
        context.changed.happened.connect(self._on_changed)

    def hide_header(self) -> None:
        """Leave the whole page to the body, which then brings titles of its own."""
        self.header.hide()
        self.rule.hide()

    @property
    def ready(self) -> bool:
        """Whether everything that was asked for has been shown; screenshots wait for it."""
        return True

    def reload(self) -> None:
        """Ask for the data again."""

    def open(self, ref: str) -> None:
        """Show the record ``ref``."""

    def places(self) -> tuple[str, ...]:
        """Return refs that deserve a picture of their own beside the page itself."""
        return ()

    def take_focus(self) -> None:
        """Put the keyboard into the list, where J, K and the arrows move; else into no field."""
        lists = (table for table in self.findChildren(BaseTable) if table.isVisible())
        next(lists, self).setFocus()

    def focus_search(self) -> None:
        """Put the keyboard into the page's search field."""

    def new_record(self) -> bool:
        """Begin a new record of this page and return True; otherwise N means a new change."""
        return False

    def escape(self) -> bool:
        """Close what is open on the page; return whether there was anything."""
        return False

    def run(
        self, query: Callable[[], object], done: Callable[[object], object], title: str = ""
    ) -> None:
        """Read or write in the background; ``done`` is a slot, errors go to the page's banner."""
        task = self.context.tasks.start(lambda _: query(), title=title)
        task.succeeded.connect(done)
        task.failed.connect(self.show_error)

    def show_message(self, message: Message) -> None:
        """Show a banner above the body."""
        self.banners.show_message(message)

    @Slot(object)
    def show_error(self, error: BaseException) -> None:
        """Show an exception as a banner above the body, with the way to what it asks for."""
        message = message_of(error)
        if isinstance(error, LoginRefused) and error.step == Stage.SUDO:
            go = partial(self.context.navigation.go, "hosts", error.host)
            message = replace(message, actions=(MessageAction(_("Enter the password"), go),))
        self.banners.show_message(message)

    def reload_if_stale(self) -> None:
        """Catch up with what changed while the page was hidden; the shell calls it on showing."""
        if self._stale:
            self._stale = False
            self.reload()

    @Slot(object)
    def _on_changed(self, happened: Happened) -> None:
        if not happened.concerns(self.topics, self):
            return
        if self.isVisible():
            self.reload()
        else:
            self._stale = True
