"""The rules for sudo that the open changes need on one host, to be handed to whoever runs it."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.i18n import _, ngettext
from app.services.host.sudo_files import SudoFile
from ui.paint import scaled
from ui.theme import BOLD, SMALL, font
from ui.widgets.buttons import link
from ui.widgets.dressed import text_edit
from ui.widgets.labels import Label
from ui.widgets.layout import clear, panel, row

_WELL = 132


class SudoRulesPart(QWidget):
    """Says what the rules are for, and shows a file for each change when asked."""

    kept = Signal(object)  # SudoFile, to be written into a file

    def __init__(self, *, root: bool) -> None:
        super().__init__()
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(8)
        self._root = root
        self._say(
            _("A rule lets the account run exactly one command as root, and nothing else.")
            if not root
            else _(
                "This host runs every command with sudo: that takes a rule for a whole shell, which"
                " may do anything. Exact rules do only where that is switched off."
            )
        )

    def _say(self, text: str) -> None:
        self._box.addWidget(Label(text, tone="ink2", wrap=True))

    def show_files(self, files: Sequence[SudoFile]) -> None:
        """Show what each open change needs here."""
        clear(self._box)
        if not files:
            self._say(
                _(
                    "No step of an open change calls sudo here, and no backup reads as root: no"
                    " rule is needed."
                )
            )
            return
        self._say(
            _(
                "Give the file to whoever runs the server. They check it with visudo, put it into"
                " /etc/sudoers.d, and take it out again when the change is closed."
            )
        )
        if any(file.program for file in files):
            self._say(
                _(
                    "What a backup reads as root is read by a small program: the paths stand in it,"
                    " it takes one word and writes nothing. A rule for tar, find or a shell would"
                    " make the account root, since their arguments read, write and run anything."
                    " Another plan needs another program. Putting files back takes the password for"
                    " sudo: no rule for that could be narrow."
                )
            )
        for file in files:
            title = f"{file.number}  {file.title}"
            if file.program:
                title = _("Program {path}, owner root, mode 0755").format(path=file.program)
            self._box.addWidget(Label(title, weight=BOLD, wrap=True))
            if file.missing:
                self._say(file.missing)
            else:
                self._show(file)

    def _show(self, file: SudoFile) -> None:
        copy, keep = link(_("Copy")), link(_("Save as a file"))
        copy.clicked.connect(partial(self._on_copy, file))
        keep.clicked.connect(partial(self.kept.emit, file))
        text = text_edit(well=True)
        text.setReadOnly(True)
        text.setFont(font(SMALL, mono=True))
        text.setFixedHeight(scaled(_WELL))
        text.setPlainText(file.text)
        text.setAccessibleName(file.program or _("Rules for {number}").format(number=file.number))
        self._box.addWidget(text)
        counted = "" if file.program else _counted(file)
        self._box.addWidget(panel(row(Label(counted, tone="ink2"), None, copy, keep)))

    @Slot()
    def _on_copy(self, file: SudoFile) -> None:
        QGuiApplication.clipboard().setText(file.text)


def _counted(file: SudoFile) -> str:
    rules = ngettext("{n} rule", "{n} rules", file.rules).format(n=file.rules)
    if not file.left_out:
        return rules
    left = ngettext("{n} line without one", "{n} lines without one", file.left_out)
    return f"{rules}, {left.format(n=file.left_out)}"
