"""The frame of the settings form: a title at the left, fields at the right, a line between."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLayout, QVBoxLayout, QWidget

from app.i18n import _
from ui.operations.settings import SettingsView
from ui.paint import scaled
from ui.theme import BOLD
from ui.widgets.buttons import Button
from ui.widgets.facts import KeyValues
from ui.widgets.labels import Label, mono
from ui.widgets.layout import MARGIN, Line, add_layout

_LEFT, _RIGHT = 220, 600


class Group(QWidget):
    """Some settings that belong together."""

    def __init__(self, title: str, note: str) -> None:
        super().__init__()
        words = QVBoxLayout()
        words.setSpacing(4)
        words.addWidget(Label(title, weight=BOLD))
        words.addWidget(Label(note, tone="ink2", size=11, wrap=True))
        words.addStretch(1)
        left, right = QWidget(), QWidget()
        words.setContentsMargins(0, 2, 0, 0)
        left.setLayout(words)
        left.setFixedWidth(_LEFT)
        self._fields = QVBoxLayout(right)
        self._fields.setContentsMargins(0, 0, 0, 0)
        self._fields.setSpacing(14)
        right.setMaximumWidth(scaled(_RIGHT))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 20, 0, 20)
        layout.setSpacing(40)
        layout.addWidget(left, 0, Qt.AlignmentFlag.AlignTop)
        layout.addWidget(right, 1000)
        layout.addStretch(1)

    def add(self, *items: QWidget | QLayout) -> None:
        """Add fields from top to bottom."""
        for item in items:
            if isinstance(item, QWidget):
                self._fields.addWidget(item)
            else:
                add_layout(self._fields, item)


def pair(left: QWidget, right: QWidget) -> QHBoxLayout:
    """Return two fields of equal width side by side; a button stands level with the field."""
    layout = QHBoxLayout()
    layout.setSpacing(16)
    top = Qt.AlignmentFlag.AlignTop
    layout.addWidget(left, 1, top)
    if isinstance(right, Button):
        beside = QVBoxLayout()
        beside.setSpacing(4)
        beside.addWidget(Label(size=11))
        beside.addWidget(right)
        add_layout(layout, beside, 1)
        layout.setAlignment(beside, top)
    else:
        layout.addWidget(right, 1, top)
    return layout


class Folders(QWidget):
    """Where data and vault lie; reads only."""

    def __init__(self) -> None:
        super().__init__()
        self._facts = KeyValues(label_width=96)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._facts)

    def show_view(self, view: SettingsView) -> None:
        """Show the folders."""
        keyring = (
            _("the system's keyring")
            if view.secrets_last
            else _("in memory only: this system has no keyring that encrypts")
        )
        vault = str(view.vault)
        if not view.vault_exists:
            vault = _("{folder}, made with the first backup").format(folder=vault)
        self._facts.set_facts(
            [
                (_("Data folder"), _path(str(view.data))),
                (_("Vault"), _path(vault)),
                (_("Secrets"), keyring),
            ]
        )


def _path(text: str) -> Label:
    label = mono(text, size=11)
    label.setWordWrap(True)
    return label


class Stack(QWidget):
    """Groups one below the other with lines between."""

    def __init__(self) -> None:
        super().__init__()
        self._groups = QVBoxLayout(self)
        self._groups.setContentsMargins(MARGIN, 4, MARGIN, MARGIN)
        self._groups.setSpacing(0)
        self._groups.addStretch(1)

    def add(self, group: QWidget) -> None:
        """Add a group below the others."""
        for widget in (Line(), group) if self._groups.count() > 1 else (group,):
            self._groups.insertWidget(self._groups.count() - 1, widget)
