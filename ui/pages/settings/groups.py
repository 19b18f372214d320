"""The frame of the settings form: a title at the left, fields at the right, a line between."""

from PySide6.QtWidgets import QLayout, QVBoxLayout, QWidget

from app.i18n import _
from ui.operations.settings import SettingsView
from ui.paint import scaled
from ui.theme import BOLD
from ui.widgets.beside import Beside
from ui.widgets.buttons import Button
from ui.widgets.facts import KeyValues
from ui.widgets.fields import Field
from ui.widgets.form import Form
from ui.widgets.labels import Label, mono
from ui.widgets.layout import MARGIN, Line, add_layout, column, panel

_LEFT, _RIGHT, _LEAST, _GAP = 220, 600, 280, 40
"""Of the title, the most and the least of the fields, between both; those of fields at 100 %."""


class Group(QWidget):
    """Some settings that belong together."""

    def __init__(self, title: str, note: str) -> None:
        super().__init__()
        words = QVBoxLayout()
        words.setSpacing(4)
        words.addWidget(Label(title, weight=BOLD, wrap=True))
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
        right.setMinimumWidth(scaled(_LEAST))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 20, 0, 20)
        layout.addWidget(Beside(left, right, gap=_GAP))

    def add(self, *items: QWidget | QLayout) -> None:
        """Add fields from top to bottom."""
        for item in items:
            if isinstance(item, QWidget):
                self._fields.addWidget(item)
            else:
                add_layout(self._fields, item)


def pair(left: Field, right: Field | Button) -> Form:
    """Return two fields of equal width side by side; a button stands level with the field."""
    form = Form(2)
    form.place(left)
    form.place(panel(column(Label(size=11), right, gap=4)) if isinstance(right, Button) else right)
    return form


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
