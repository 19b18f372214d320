import struct
import threading

import pytest

from app import i18n
from app.i18n import _, language, languages, later, ngettext, set_language, speaking

WORDS = {
    "": "Content-Type: text/plain; charset=UTF-8\nPlural-Forms: nplurals=2; plural=(n != 1);\n",
    "Change": "Änderung",
    "one host\0{n} hosts": "ein Host\0{n} Hosts",
}


def write_catalogue(path, words):
    """Write a compiled catalogue (GNU MO format, little-endian)."""
    pairs = sorted((key.encode(), value.encode()) for key, value in words.items())
    count, start = len(pairs), 28 + 16 * len(pairs)
    tables, blob = [], b""
    for column in (0, 1):
        for pair in pairs:
            tables.append(struct.pack("<II", len(pair[column]), start + len(blob)))
            blob += pair[column] + b"\0"
    head = struct.pack("<7I", 0x950412DE, 0, count, 28, 28 + 8 * count, 0, 0)
    path.parent.mkdir(parents=True)
    path.write_bytes(head + b"".join(tables) + blob)


@pytest.fixture
def german(tmp_path, monkeypatch):
    write_catalogue(tmp_path / "de/LC_MESSAGES/changedesk.mo", WORDS)
    monkeypatch.setattr(i18n, "resource_path", lambda *parts: tmp_path)
    i18n._catalogue.cache_clear()
    yield
    set_language("en")
    i18n._catalogue.cache_clear()


@pytest.mark.usefixtures("german")
def test_the_window_speaks_the_chosen_language():
    set_language("de")
    assert _("Change") == "Änderung"
    assert [ngettext("one host", "{n} hosts", n) for n in (1, 3)] == ["ein Host", "{n} Hosts"]


@pytest.mark.usefixtures("german")
def test_a_report_may_speak_another_language_than_the_window():
    heard = []
    with speaking("de"):
        other = threading.Thread(target=lambda: heard.append(_("Change")))
        other.start()
        other.join()
        assert _("Change") == "Änderung"
    assert (_("Change"), heard) == ("Change", ["Change"])


@pytest.mark.usefixtures("german")
def test_languages_are_those_with_words():
    assert languages() == ("en", "de")


@pytest.mark.usefixtures("german")
def test_what_has_no_translation_stays_english():
    with speaking("de"):
        assert _("Window") == "Window"
    with speaking("xx"):
        assert _("Change") == "Change"
    assert language() == "en"


def test_empty_text_stays_empty_and_marked_text_stays_itself():
    assert (_(""), later("Change")) == ("", "Change")
