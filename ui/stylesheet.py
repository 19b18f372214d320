"""The style sheets of Qt's own widgets, one for each kind. Own widgets paint themselves.

There is none for the whole application: under such a sheet every widget, also one that paints
itself, takes half a millisecond more to build, and as long again at each switch of the theme.
"""

from collections.abc import Mapping
from string import Template

SCROLL = """
QScrollBar:vertical { background: transparent; width: 10px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 0; }
QScrollBar::handle { background: $line; border-radius: 3px; margin: 2px; }
QScrollBar::handle:vertical { min-height: 32px; }
QScrollBar::handle:horizontal { min-width: 32px; }
QScrollBar::handle:hover { background: $ink3; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
"""

INPUT = f"""
QLineEdit, QPlainTextEdit, QComboBox {{
    background: $surface; color: $ink; border: 1px solid $line; border-radius: 6px;
    padding: 6px 10px; selection-background-color: $accent; selection-color: $on_accent;
}}
QLineEdit, QComboBox {{ min-height: 18px; }}
QComboBox {{ padding: 6px 12px; }}
QLineEdit:focus, QPlainTextEdit:focus, QComboBox:focus {{
    border: 2px solid $accent; padding: 5px 9px;
}}
QLineEdit:disabled, QPlainTextEdit:disabled, QComboBox:disabled,
QLineEdit:read-only, QPlainTextEdit:read-only {{
    background: $raised; color: $ink2;
}}
QLineEdit[invalid="true"], QPlainTextEdit[invalid="true"], QComboBox[invalid="true"] {{
    border: 1px solid $bad;
}}
QPlainTextEdit[role="transcript"], QPlainTextEdit[role="transcript"]:focus {{
    background: $sunken; border: none; border-radius: 0; padding: 8px 0;
}}
QPlainTextEdit[role="well"], QPlainTextEdit[role="well"]:focus {{
    background: $sunken; border: none; border-radius: 6px; padding: 8px;
}}
QComboBox:focus {{ padding: 5px 11px; }}
QComboBox::drop-down {{ border: none; width: 24px; }}
QComboBox::down-arrow {{ image: none; }}
QComboBox QAbstractItemView {{
    background: $surface; border: 1px solid $line; padding: 4px; outline: none;
    selection-background-color: $selection; selection-color: $ink;
}}
QComboBox QAbstractItemView::item {{ min-height: 28px; padding: 0 6px; }}
{SCROLL}"""

TABLE = f"""
QTableView {{
    background: $surface; border: none; outline: none; alternate-background-color: $surface;
    selection-background-color: $selection; selection-color: $ink; gridline-color: $line;
}}
QHeaderView {{ background: $surface; border: none; }}
QHeaderView::section {{
    background: $surface; color: $ink2; border: none; border-bottom: 1px solid $line;
    padding: 0 8px;
}}
QTableCornerButton::section {{ background: $surface; border: none; }}
{SCROLL}"""

MENU = """
QMenu { background: $surface; border: 1px solid $line; border-radius: 6px; padding: 4px; }
QMenu::item { padding: 6px 24px 6px 12px; border-radius: 4px; }
QMenu::item:selected { background: $selection; color: $ink; }
QMenu::item:disabled { color: $ink3; }
QMenu::separator { height: 1px; background: $line; margin: 4px 8px; }
"""

PROGRESS = """
QProgressBar { background: $line; border: none; border-radius: 2px; max-height: 4px; }
QProgressBar::chunk { background: $ink2; border-radius: 2px; }
"""

CALENDAR = f"""
QCalendarWidget QToolButton {{ color: $ink; background: $surface; border: none; padding: 4px; }}
QCalendarWidget QWidget#qt_calendar_navigationbar {{ background: $surface; }}
{TABLE}"""


def filled(sheet: str, colors: Mapping[str, str]) -> str:
    """Return a sheet with every ``$token`` replaced by its colour."""
    return Template(sheet).substitute(colors)
