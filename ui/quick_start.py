"""What Python itself is told before a window is built, so that it is there sooner."""

import builtins
import gc


def prepare() -> None:
    """Switch off what slows a start; call it before any other module of the window is imported.

    The garbage collector would look through all that is being loaded again and again, and find
    nothing; `ui.garbage` takes over from it.
    """
    gc.disable()
    import_plainly()


def import_plainly() -> None:
    """Take back the import that PySide6 puts in the place of Python's own.

    It reads the source of every module that is imported after it, to see whether it asks for snake
    case names: nobody here does, and reading costs a tenth of a second.
    """
    import PySide6.QtCore  # noqa: F401, PLC0415 - it brings the replacement of the import

    own = getattr(builtins, "__orig_import__", None)
    if own is not None:
        builtins.__import__ = own
