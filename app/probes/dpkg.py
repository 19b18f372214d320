"""What dpkg's own file says of packages: their names as dpkg tells them, states and versions."""

import re

from app.i18n import _
from app.probes.base import Strange

FIELDS = "Package|Status|Version|Architecture|Multi-Arch"
"""The fields that count; lines of them alone are what is read here."""
_RECORD = re.compile(
    r"(Package: (\S+)\n"
    r"Status: [a-z]+ ([a-z]+) ([a-z-]+)\n"
    r"(?:Architecture: (\S+)\n)?"
    r"(?:Multi-Arch: ([a-z]+)\n)?"
    r"(?:Version: (\S+)\n)?)"
)
"""dpkg writes its fields in this order."""
_STATES = {
    "not-installed": "n",
    "unpacked": "U",
    "half-configured": "F",
    "installed": "i",
    "half-installed": "H",
    "config-files": "c",
    "triggers-awaited": "W",
    "triggers-pending": "t",
}


Row = tuple[str, str, str]
"""State, name and version of a package; the state is a letter of dpkg's, ``R`` where the package
must be installed anew."""


def file_rows(text: str) -> list[Row]:
    """Return the packages of the file's lines; raises Strange, LookupError."""
    found = _RECORD.findall(text)
    if sum([len(record[0]) for record in found]) != len(text):
        raise Strange(_("this is no list of packages"))
    native = next((kind for _all, name, _flag, _state, kind, *_rest in found if name == "dpkg"), "")
    known = ("", "all", native)
    rows: list[Row] = []
    for _all, name, flag, state, kind, several, version in found:
        if state == "installed" and not version:
            raise Strange(_("this is no list of packages"))
        shown = f"{name}:{kind}" if several == "same" or kind not in known else name
        rows.append((_STATES[state] if flag == "ok" else "R", shown, version))
    return rows
