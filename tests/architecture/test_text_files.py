"""Every text file of the project is clean, and speaks of the product alone."""

import re

from tests.architecture.source import kept_files, name, text_of

_HOSTS = ("pypi" + ".org", "python" + "hosted", "registry.npm" + "js", "npm" + "js.com")
_ELSEWHERE = re.compile("/" + r"work/(main|shared)\b|/" + r"opt/(wheels|pypi)|/" + r"root/\.pyenv")


def texts():
    """Yield (name, text) of every text file."""
    for path in kept_files():
        text = text_of(path)
        if text is not None:
            yield name(path), text


def test_text_files_end_with_one_newline_and_have_unix_line_endings():
    bad = [
        file
        for file, text in texts()
        if text and (not text.endswith("\n") or text.endswith("\n\n") or "\r" in text)
    ]
    assert bad == []


def test_no_file_names_a_package_registry_or_a_folder_of_this_machine():
    bad = [
        file
        for file, text in texts()
        if any(host in text for host in _HOSTS) or _ELSEWHERE.search(text)
    ]
    assert bad == []


def test_no_file_is_a_program_or_a_big_surprise():
    big = [name(path) for path in kept_files() if path.stat().st_size > 1_000_000]
    programs = [
        name(path)
        for path in kept_files()
        if path.suffix in {".exe", ".so", ".dll", ".pyc", ".whl"}
    ]
    assert (big, programs) == ([], [])
