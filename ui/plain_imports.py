"""Gives Python its own import back after Qt's binding has replaced it.

PySide6 reads the source of every module that is imported after it, to see whether it asks for snake
case names. Nobody here does, and reading costs the start of the window a tenth of a second.
"""

import builtins

import PySide6.QtCore  # noqa: F401 - it brings the replacement


def restore() -> None:
    """Undo the replacement; modules of Qt may be imported afterwards as before."""
    own = getattr(builtins, "__orig_import__", None)
    if own is not None:
        builtins.__import__ = own
