"""The text of a command: its values filled in, and the signs that it destroys something.

Pure functions. A value may hold only signs that mean nothing to any shell, so that no value can
become a command wherever it stands.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from app.domain.change import Change
from app.domain.host import Host
from app.domain.runbook import Phase, Runbook, Step, StepKind
from app.errors import InvalidInput
from app.i18n import _, later

_PLACE = re.compile(r"\{\{\s*([A-Za-z][A-Za-z0-9_]{0,39})\s*\}\}")
_VALUE = re.compile(r"[A-Za-z0-9._:/@%+,=-]{1,400}")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,39}")

_DANGERS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), words)
    for pattern, words in (
        (
            r"\brm\s(?:[^;&|\n]*\s)?[\"']?/[/.]*[\"']?\*?[\"']?(?:[\s;&|]|$)",
            later("deletes everything on the host"),
        ),
        (r"\brm\s[^;&|\n]*--no-preserve-root", later("deletes everything on the host")),
        (r"\bmkfs(?:\.\w+)?\b", later("makes a new file system: what is on the disk is lost")),
        (r"\bdd\b[^;&|\n]*\bof=/dev/", later("writes over a disk")),
        (r">\s*/dev/(?:sd|hd|vd|xvd|nvme|mapper|disk|md)\w*", later("writes over a disk")),
        (r"\b(?:wipefs|blkdiscard)\b|\bshred\b[^;&|\n]*/dev/", later("wipes a disk")),
        (r"\bDROP\s+(?:DATABASE|SCHEMA|TABLESPACE)\b|\bdropdb\b", later("drops a database")),
        (r"\bDROP\s+TABLE\b|\bTRUNCATE\s+(?:TABLE\s+)?[\w\"`.]+\s*(?:;|CASCADE|$|[\"'])",
         later("deletes a table or all its rows")),
        (r"\biptables\b[^;&|\n]*(?:\s-F\b|\s--flush\b)|\bnft\s+flush\s+ruleset\b",
         later("drops the firewall rules, and perhaps this connection")),
        (r"\bch(?:mod|own)\s+(?:-\S+\s+)*-\w*R\w*\s+\S+\s+/(?:\s|;|&|\||$)",
         later("alters the rights of every file")),
        (r":\(\)\s*\{\s*:\s*\|\s*:\s*&\s*\}", later("starts processes without end")),
    )
)  # fmt: skip


def dangers(command: str) -> tuple[str, ...]:
    """Say what a command destroys, as far as its text shows; empty when nothing was recognised.

    Lines continued with a backslash are read as one. This catches slips, not intent.
    """
    text = command.replace("\\\n", " ")
    return tuple(dict.fromkeys(_(words) for pattern, words in _DANGERS if pattern.search(text)))


def places(command: str) -> tuple[str, ...]:
    """Return the names in double braces, in order, each once."""
    return tuple(dict.fromkeys(_PLACE.findall(command)))


def wanted_values(runbook: Runbook) -> tuple[str, ...]:
    """Return the names that the commands of a runbook use and a person must give a value."""
    used = (name for step in runbook.steps for name in places(step.command))
    return tuple(dict.fromkeys(name for name in used if name not in _GIVEN))


_GIVEN = ("host", "address", "change")
"""Names that have a value by themselves: of the step's host, and the number of the change."""


def check_value(name: str, text: str) -> str:
    """Return a value that may stand in a command.

    Raises:
        InvalidInput: The name or the value holds something a shell could read as its own.
    """
    if not _NAME.fullmatch(name):
        raise InvalidInput(
            _("“{name}” cannot be the name of a value.").format(name=name),
            hint=_("Letters, digits and _ only, a letter first."),
        )
    if not _VALUE.fullmatch(text):
        raise InvalidInput(
            _("“{text}” cannot be the value of {name}.").format(text=text, name=name),
            hint=_("Letters, digits and . _ : / @ % + , = - only; no spaces."),
        )
    return text


def filled(command: str, values: Mapping[str, str]) -> str:
    """Return a command with its values in place.

    Raises:
        InvalidInput: A name has no value, or a value must not stand in a command.
    """

    def value(found: re.Match[str]) -> str:
        name = found[1]
        if name not in values:
            raise InvalidInput(
                _("“{name}” has no value.").format(name=name),
                hint=_("Give it one under “Values” of the runbook."),
            )
        return check_value(name, values[name])

    return _PLACE.sub(value, command)


def final_steps(change: Change, hosts: Iterable[Host]) -> tuple[Step, ...]:
    """Return the steps in order of their dependencies, with the commands as they will be sent.

    ``hosts`` are those that commands go to, by the ids the steps name.

    Raises:
        InvalidInput: A command names a value that is missing or not allowed; the step is named.
        Circular: Steps wait for each other.
    """
    known = {host.id: host for host in hosts}
    book = change.runbook
    return tuple(
        _final(step, dict(book.values), known.get(step.host) if step.host else None, change)
        for phase in Phase
        for step in book.in_order(phase)
    )


def _final(step: Step, values: dict[str, str], host: Host | None, change: Change) -> Step:
    if step.kind is not StepKind.COMMAND:
        return step
    given = {"change": change.number}
    if host is not None:
        given |= {"host": host.name, "address": host.address}
    try:
        return replace(step, command=filled(step.command, values | given))
    except InvalidInput as error:
        raise InvalidInput(f"“{step.title}”: {error.text}", hint=error.hint) from error
