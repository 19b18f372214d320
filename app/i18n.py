"""The one door for words a person reads: the standard library's gettext.

The window speaks one language for the whole process; a report speaks its own, for as long as it is
being written (`speaking`). Catalogues are ``resources/translations/<code>/LC_MESSAGES/*.mo``; where
there is none, English stands.
"""

import gettext
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache

from app.paths import resource_path

DOMAIN = "changedesk"
ENGLISH = "en"
_here: ContextVar[str] = ContextVar("language", default="")
_process_language = [ENGLISH]


def _(text: str) -> str:
    """Return the words for ``text`` in the language that holds here."""
    return _catalogue(language()).gettext(text) if text else text


def ngettext(one: str, many: str, count: int) -> str:
    """Return the form of the words that fits ``count``."""
    return _catalogue(language()).ngettext(one, many, count)


def later(text: str) -> str:
    """Mark words of a constant for translation; whoever shows them calls `_`."""
    return text


def language() -> str:
    """Return the code of the language that holds here, such as ``"en"``."""
    return _here.get() or _process_language[0]


def set_language(code: str) -> None:
    """Choose the language of the window, before it is built."""
    _process_language[0] = code or ENGLISH


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Use another language inside this block, in this thread only."""
    token = _here.set(code)
    try:
        yield
    finally:
        _here.reset(token)


def languages() -> tuple[str, ...]:
    """Return the codes there are words for, English first."""
    found = resource_path("translations").glob(f"*/LC_MESSAGES/{DOMAIN}.mo")
    return (ENGLISH, *sorted(path.parents[1].name for path in found))


@cache
def _catalogue(code: str) -> gettext.NullTranslations:
    return gettext.translation(
        DOMAIN, localedir=resource_path("translations"), languages=[code], fallback=True
    )
