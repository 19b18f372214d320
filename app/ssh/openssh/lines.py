"""The lines of an ssh_config file, with those of the files it includes (ssh_config(5))."""

import glob
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from app.domain.host_import import Remark
from app.errors import InvalidInput
from app.i18n import _

_DEEPEST = 16
"""How deep files may include others; OpenSSH's own limit."""
_BIGGEST = 1024 * 1024
_MOST_LINES = 20_000
_WORD = re.compile(r'"([^"]*)"|([^\s"]+)')
_SETTING = re.compile(r"(?P<key>[A-Za-z0-9]+)(?:\s*=\s*|\s+)(?P<rest>.*)")


@dataclass(frozen=True, slots=True)
class Line:
    """One setting; ``words`` are its values without quotes, ``rest`` is what was written."""

    file: str
    number: int
    key: str
    """In lower case."""
    words: tuple[str, ...]
    rest: str
    within: int = 0
    """How many files deep it was included."""


class Reader:
    """Reads a file and what it includes; ``home`` is where relative names and ``~`` begin."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self.remarks: list[Remark] = []
        self._count = 0

    def lines(self, path: Path) -> Iterator[Line]:
        """Yield every setting in the order in which it counts.

        Raises:
            InvalidInput: The first file cannot be read, or there is no end of lines.
        """
        try:
            yield from self._read(path, 0)
        except OSError as error:
            raise InvalidInput(
                _("{file} cannot be read: {why}.").format(file=path, why=error.strerror or error),
                hint=_("Choose a file such as ~/.ssh/config."),
            ) from error

    def note(self, line: Line, text: str) -> None:
        """Remember what could not be taken over."""
        self.remarks.append(Remark(line.file, line.number, text))

    def _read(self, path: Path, depth: int) -> Iterator[Line]:
        for number, text in enumerate(_content(path).splitlines(), start=1):
            self._count += 1
            if self._count > _MOST_LINES:
                raise InvalidInput(
                    _("These settings have more than {n} lines.").format(n=_MOST_LINES),
                    hint=_("Does a file include itself?"),
                )
            text = text.strip()
            if not text or text.startswith("#"):
                continue
            line = _parse(str(path), number, text, depth)
            if line is None:
                self.remarks.append(Remark(str(path), number, _("The line is no setting.")))
            elif line.key == "include":
                yield line
                yield from self._included(line, path, depth)
            else:
                yield line

    def _included(self, line: Line, beside: Path, depth: int) -> Iterator[Line]:
        if depth >= _DEEPEST:
            self.note(line, _("Files include others too deeply; this one was left out."))
            return
        for word in line.words:
            if word.startswith("~"):
                word = str(self._home) + word[1:]
            base = self._home / ".ssh" if beside.is_relative_to(self._home) else beside.parent
            found = sorted(glob.glob(str(base / word)))
            if not found:
                self.note(line, _("No file is named {name}.").format(name=word))
            for name in found:
                try:
                    yield from self._read(Path(name), depth + 1)
                except OSError as error:
                    why = error.strerror or str(error)
                    text = _("{name} cannot be read: {why}.").format(name=name, why=why)
                    self.note(line, text)


def _content(path: Path) -> str:
    with path.open("rb") as file:
        data = file.read(_BIGGEST + 1)
    if len(data) > _BIGGEST:
        raise InvalidInput(
            _("{file} is too big for settings.").format(file=path),
            hint=_("Choose a file such as ~/.ssh/config."),
        )
    return data.decode("utf-8-sig", "replace")


def _parse(file: str, number: int, text: str, depth: int) -> Line | None:
    found = _SETTING.fullmatch(text)
    if found is None or found["rest"].count('"') % 2:
        return None
    rest = found["rest"].strip()
    words = tuple(quoted or bare for quoted, bare in _WORD.findall(rest))
    comment = next((place for place, word in enumerate(words) if word.startswith("#")), len(words))
    if not words[:comment]:
        return None
    return Line(file, number, found["key"].lower(), words[:comment], rest, depth)
