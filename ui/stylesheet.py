"""The style sheets of Qt's own widgets, one for each kind. Own widgets paint themselves.

There is none for the whole application: under such a sheet every widget, also one that paints
itself, takes half a millisecond more to build, and as long again at each switch of the theme. Each
sheet holds the rules of its own widget alone, because Qt reads it anew for every one that wears it;
and none is put on a table or an area, because all that is inside would wear it too.
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

_BOX = """
    background: $surface; color: $ink; border: 1px solid $line; border-radius: 6px;
    selection-background-color: $accent; selection-color: $on_accent;
"""

LINE = f"""
QLineEdit {{ {_BOX} padding: 6px 10px; min-height: 18px; }}
QLineEdit:focus {{ border: 2px solid $accent; padding: 5px 9px; }}
QLineEdit:disabled, QLineEdit:read-only {{ background: $raised; color: $ink2; }}
QLineEdit[invalid="true"] {{ border: 1px solid $bad; }}
"""

TEXT = f"""
QPlainTextEdit {{ {_BOX} padding: 6px 10px; }}
QPlainTextEdit:focus {{ border: 2px solid $accent; padding: 5px 9px; }}
QPlainTextEdit:disabled, QPlainTextEdit:read-only {{ background: $raised; color: $ink2; }}
QPlainTextEdit[invalid="true"] {{ border: 1px solid $bad; }}
"""

WELL = f"""
QPlainTextEdit {{ {_BOX} background: $sunken; border: none; padding: 8px; }}
QPlainTextEdit:read-only {{ color: $ink2; }}
"""

TRANSCRIPT = f"""
QPlainTextEdit {{ {_BOX} background: $sunken; border: none; border-radius: 0; padding: 8px 0; }}
QPlainTextEdit:read-only {{ color: $ink2; }}
"""

COMBO = f"""
QComboBox {{ {_BOX} padding: 6px 12px; min-height: 18px; }}
QComboBox:focus {{ border: 2px solid $accent; padding: 5px 11px; }}
QComboBox:disabled {{ background: $raised; color: $ink2; }}
QComboBox[invalid="true"] {{ border: 1px solid $bad; }}
QComboBox::drop-down {{ border: none; width: 24px; }}
QComboBox::down-arrow {{ image: none; }}
"""

COMBO_LIST = f"""
QAbstractItemView {{
    background: $surface; border: 1px solid $line; padding: 4px; outline: none;
}}
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

CALENDAR = """
QCalendarWidget QToolButton { color: $ink; background: $surface; border: none; padding: 4px; }
QCalendarWidget QWidget#qt_calendar_navigationbar { background: $surface; }
QTableView {
    background: $surface; border: none; outline: none; alternate-background-color: $surface;
    selection-background-color: $selection; selection-color: $ink;
}
QHeaderView { background: $surface; border: none; }
"""


def filled(sheet: str, colors: Mapping[str, str]) -> str:
    """Return a sheet with every ``$token`` replaced by its colour."""
    return Template(sheet).substitute(colors)
