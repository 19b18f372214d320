"""The one style sheet: Qt's own widgets dressed in the tokens. Own widgets paint themselves."""

from collections.abc import Mapping
from string import Template

_SHEET = Template("""
QWidget { color: $ink; }
QMainWindow, QDialog, QStackedWidget, QScrollArea, QScrollArea > QWidget > QWidget#page {
    background: $surface;
}
QScrollArea { border: none; }
QWidget[fill="surface"] { background: $surface; }
QWidget[fill="raised"] { background: $raised; }
QWidget[fill="sunken"] { background: $sunken; }
QFrame[card="true"] { background: $raised; border: 1px solid $line; border-radius: 6px; }
QFrame[card="plain"] { background: $surface; border: 1px solid $line; border-radius: 6px; }

QLabel[tone="ink2"] { color: $ink2; }
QLabel[tone="ink3"] { color: $ink3; }
QLabel[tone="accent"] { color: $accent; }
QLabel[tone="good"] { color: $good; }
QLabel[tone="watch"] { color: $watch; }
QLabel[tone="bad"] { color: $bad; }
QLabel[tone="unknown"] { color: $unknown; }

QLineEdit, QPlainTextEdit, QTextEdit, QComboBox, QAbstractSpinBox {
    background: $surface; color: $ink; border: 1px solid $line; border-radius: 6px;
    padding: 6px 10px; selection-background-color: $accent; selection-color: $on_accent;
}
QLineEdit, QComboBox, QAbstractSpinBox { min-height: 18px; }
QComboBox { padding: 6px 12px; }
QLineEdit:focus, QPlainTextEdit:focus, QTextEdit:focus, QComboBox:focus, QAbstractSpinBox:focus {
    border: 2px solid $accent; padding: 5px 9px;
}
QLineEdit:disabled, QPlainTextEdit:disabled, QComboBox:disabled, QAbstractSpinBox:disabled,
QLineEdit:read-only, QPlainTextEdit:read-only {
    background: $raised; color: $ink2;
}
QLineEdit[invalid="true"], QPlainTextEdit[invalid="true"], QComboBox[invalid="true"] {
    border: 1px solid $bad;
}
QPlainTextEdit[role="transcript"], QPlainTextEdit[role="transcript"]:focus {
    background: $sunken; border: none; border-radius: 0; padding: 8px 0;
}
QPlainTextEdit[role="well"], QPlainTextEdit[role="well"]:focus {
    background: $sunken; border: none; border-radius: 6px; padding: 8px;
}
QComboBox:focus { padding: 5px 11px; }
QComboBox::drop-down { border: none; width: 24px; }
QComboBox::down-arrow { image: none; }
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button { border: none; width: 16px; }
QComboBox QAbstractItemView {
    background: $surface; border: 1px solid $line; padding: 4px; outline: none;
    selection-background-color: $selection; selection-color: $ink;
}
QComboBox QAbstractItemView::item { min-height: 28px; padding: 0 6px; }

QCheckBox, QRadioButton { spacing: 8px; background: transparent; }
QCheckBox:disabled, QRadioButton:disabled { color: $ink3; }
QCheckBox:focus, QRadioButton:focus { color: $accent; }

QListView, QTableView, QTreeView {
    background: $surface; border: none; outline: none; alternate-background-color: $surface;
    selection-background-color: $selection; selection-color: $ink; gridline-color: $line;
}
QHeaderView { background: $surface; border: none; }
QHeaderView::section {
    background: $surface; color: $ink2; border: none; border-bottom: 1px solid $line;
    padding: 0 8px;
}
QTableCornerButton::section { background: $surface; border: none; }

QSplitter::handle { background: $line; }
QSplitter::handle:hover { background: $accent; }
QToolTip { background: $raised; color: $ink; border: 1px solid $line; padding: 4px 8px; }
QMenu { background: $surface; border: 1px solid $line; border-radius: 6px; padding: 4px; }
QMenu::item { padding: 6px 24px 6px 12px; border-radius: 4px; }
QMenu::item:selected { background: $selection; color: $ink; }
QMenu::item:disabled { color: $ink3; }
QMenu::separator { height: 1px; background: $line; margin: 4px 8px; }

QScrollBar:vertical { background: transparent; width: 10px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 0; }
QScrollBar::handle { background: $line; border-radius: 3px; margin: 2px; }
QScrollBar::handle:vertical { min-height: 32px; }
QScrollBar::handle:horizontal { min-width: 32px; }
QScrollBar::handle:hover { background: $ink3; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }

QProgressBar { background: $line; border: none; border-radius: 2px; max-height: 4px; }
QProgressBar::chunk { background: $ink2; border-radius: 2px; }
QCalendarWidget QToolButton { color: $ink; background: $surface; border: none; padding: 4px; }
QCalendarWidget QWidget#qt_calendar_navigationbar { background: $surface; }
""")


def stylesheet(colors: Mapping[str, str]) -> str:
    """Return the style sheet with every ``$token`` replaced by its colour."""
    return _SHEET.substitute(colors)
