"""The hosts of an ssh_config file: for every alias what applies to it, and what is left out.

The first value that fits an alias counts, as for OpenSSH. Nothing is run, nothing is contacted,
and key files are only named, never read.
"""

import getpass
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from app.domain.host import Login
from app.domain.host_import import FoundHost, FoundHosts
from app.i18n import _
from app.ssh.openssh.lines import Line, Reader
from app.ssh.openssh.patterns import is_alias, matches
from app.ssh.openssh.unused import why_unused

TAKEN = frozenset({"hostname", "user", "port", "identityfile", "proxyjump"})
_TOKEN = re.compile(r"%(.)")
_HOP = re.compile(r"(?:ssh://)?(?:(?P<user>[^@]+)@)?(?P<name>\[[^]]+\]|[^:@]+)(?::(?P<port>\d+))?")
_LAST_PORT = 65535


def read_openssh(path: Path, home: Path | None = None) -> FoundHosts:
    """Read a client's settings.

    Args:
        path: The file, such as ``~/.ssh/config``.
        home: The home folder that ``~`` and relative names of included files mean.

    Raises:
        InvalidInput: The file cannot be read.
    """
    home = home or Path.home()
    reader = Reader(home)
    lines = tuple(reader.lines(path))
    found: dict[str, FoundHost] = {}
    for alias, line in _aliases(lines).items():
        _find(_Evaluation(reader, home, alias, line), lines, found)
    for line in lines:
        if line.key == "match" and line.rest.strip().lower() != "all":
            reader.note(line, _("“Match” is not evaluated: what stands below it is left out."))
        elif line.key not in TAKEN | {"host", "match"} and (why := why_unused(line)):
            reader.note(line, why)
    remarks = sorted(dict.fromkeys(reader.remarks), key=lambda r: (r.file != str(path), r.line))
    return FoundHosts(tuple(found.values()), tuple(remarks))


def _find(what: "_Evaluation", lines: tuple[Line, ...], found: dict[str, FoundHost]) -> None:
    """Add a host, and the jump hosts that only it names."""
    if what.label in found:
        return
    host, hops = what.host(lines)
    if host is None:
        return
    found[what.label] = host
    for hop in hops:
        _find(hop, lines, found)


def _aliases(lines: Iterable[Line]) -> dict[str, Line]:
    """Return every name a person can type, and the line that introduces it."""
    found: dict[str, Line] = {}
    for line in lines:
        for word in line.words if line.key == "host" else ():
            if is_alias(word):
                found.setdefault(word, line)
    return found


def _applying(alias: str, lines: Iterable[Line]) -> Iterator[Line]:
    """Yield the lines that apply to an alias, its ``Host`` lines among them.

    An included file counts where its ``Include`` applies, and cannot end the block it stands in.
    """
    active, outside = True, list[bool]()
    for line in lines:
        while len(outside) > line.within:
            active = outside.pop()
        if line.key == "include":
            outside.append(active)
            continue
        if line.key == "host":
            active = all(outside) and matches(alias, line.words)
        elif line.key == "match":
            active = all(outside) and line.rest.strip().lower() == "all"
        if active:
            yield line


@dataclass(frozen=True, slots=True)
class _Evaluation:
    """Finds what applies to one alias."""

    reader: Reader
    home: Path
    alias: str
    line: Line
    user: str = ""
    """As it is named on the way to another; then it counts more than the settings."""
    port: int | None = None
    is_hop: bool = False

    @property
    def label(self) -> str:
        """The name of the record; a way of its own has a name of its own."""
        user = f"{self.user}@" if self.user else ""
        return f"{user}{self.alias}{f':{self.port}' if self.port else ''}"

    def host(self, lines: Iterable[Line]) -> "tuple[FoundHost | None, tuple[_Evaluation, ...]]":
        """Return the host, None when its settings are none, and its jump hosts."""
        first: dict[str, Line] = {}
        keys: list[Line] = []
        applying = tuple(_applying(self.alias, lines))
        if not self.is_hop and self.line not in applying:
            self.reader.note(
                self.line, _("This file is included for other hosts only; it is left out.")
            )
            return None, ()
        for line in applying:
            if line.key == "identityfile":
                keys.append(line)
            elif line.key in TAKEN:
                first.setdefault(line.key, line)
        port = self.port or self._port(first.get("port"))
        address = self._expanded(first.get("hostname"), self.alias)
        if port is None or address is None:
            return None, ()
        user = self.user or (first["user"].words[0] if "user" in first else getpass.getuser())
        login, key_file = self._login(keys, address, user, port)
        hops = self._hops(first.get("proxyjump"))
        names = tuple(hop.label for hop in hops)
        place = (self.line.file, self.line.number)
        return FoundHost(self.label, address, port, user, login, key_file, names, *place), hops

    def _port(self, line: Line | None) -> int | None:
        if line is None:
            return 22
        word = line.words[0]
        if not re.fullmatch(r"[0-9]{1,5}", word) or not 1 <= int(word) <= _LAST_PORT:
            self.reader.note(line, _("A port is a number from 1 to 65535."))
            return None
        return int(word)

    def _expanded(self, line: Line | None, alias: str, **more: str) -> str | None:
        """Return the first word of a line with its tokens replaced; None for an unknown token."""
        if line is None:
            return alias
        known = {"%": "%", "h": alias, "n": alias, **more}
        unknown = [mark for mark in _TOKEN.findall(line.words[0]) if mark not in known]
        if unknown:
            self.reader.note(line, _("%{mark} is not known here.").format(mark=unknown[0]))
            return None
        return _TOKEN.sub(lambda found: known[found[1]], line.words[0])

    def _login(self, keys: list[Line], address: str, user: str, port: int) -> tuple[Login, str]:
        """Return how to log in: by the first key file, or by the agent where none is named."""
        if not keys or keys[0].words[0].lower() == "none":
            return Login.AGENT, ""
        for extra in keys[1:]:
            self.reader.note(extra, _("Only the first key of a host is taken over."))
        more = {
            "d": str(self.home), "u": getpass.getuser(), "r": user, "p": str(port), "h": address,
        }  # fmt: skip
        path = self._expanded(keys[0], self.alias, **more)
        if path is None:
            return Login.AGENT, ""
        if path.startswith("~/"):
            path = str(self.home / path[2:])
        if path.endswith(".pub"):
            return Login.AGENT, path
        if not Path(path).is_file():
            self.reader.note(keys[0], _("There is no key file {path}.").format(path=path))
        return Login.KEY_FILE, path

    def _hops(self, line: Line | None) -> "tuple[_Evaluation, ...]":
        """Return the jump hosts; all but the first are reached through the one before."""
        if line is None or line.words[0].lower() == "none":
            return ()
        hops = []
        for word in "".join(line.words).split(","):
            found = _HOP.fullmatch(word)
            if found is None:
                self.reader.note(line, _("“{word}” is no jump host.").format(word=word))
                return ()
            name, port = found["name"].strip("[]"), int(found["port"] or 0) or None
            user = found["user"] or ""
            hops.append(_Evaluation(self.reader, self.home, name, line, user, port, is_hop=True))
        return tuple(hops)
