"""Which hosts a step touches: its own, and those that its command goes on to from there."""

import re
from collections.abc import Iterable, Iterator

from app.domain.change import Change
from app.domain.host import Host
from app.domain.runbook import Step, StepKind

_BEFORE = (
    r"(?:(?:do|then|else|env|nohup|time|exec|nice|\w+=\S*)\s+|timeout\s+\S+\s+"
    r"|sudo(?>\s+-[ugCphr]\s+\S+|\s+-\S+)*+\s+)*+"
)
"""What may stand before a command that is still this command; never tried in two ways."""
_TOOL = re.compile(rf"(?:^|[;&|(`])\s*{_BEFORE}(ssh|sftp|scp|rsync)\s+([^;&|\n`)]*)", re.MULTILINE)
_TAKES_A_WORD = frozenset("BbcDEeFIiJLlmOoPpQRSWw")
"""Options of ssh and sftp that stand before a value of their own."""
_SCHEME = re.compile(r"^(?:ssh|sftp|scp|rsync)://")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_HERE = frozenset({"localhost", "127.0.0.1"})


def undeclared(step: Step, change: Change, hosts: Iterable[Host]) -> tuple[str, ...]:
    """Return the names of hosts that a step touches and the change does not name, each once.

    Args:
        step: The step, with its command as it will be sent.
        change: Names the hosts it is about.
        hosts: All hosts that are known.
    """
    known = {host.id: host for host in hosts}
    found = []
    if step.host is not None and step.host not in change.hosts:
        found.append(known[step.host].name if step.host in known else str(step.host))
    if step.kind is StepKind.COMMAND:
        declared = {
            word.casefold()
            for host in change.hosts
            for word in ((known[host].name, known[host].address) if host in known else (host,))
        }
        seen = declared | _HERE
        found += [name for name in onward(step.command) if name.casefold() not in seen]
    return tuple(dict.fromkeys(found))


def onward(command: str) -> tuple[str, ...]:
    """Return the hosts that a command goes on to by ssh and sftp, or where scp and rsync put it.

    What is fetched from elsewhere touches nothing there. Only what the text shows counts: a host in
    a variable or inside a script stays unseen.
    """
    text = command.replace("\\\n", " ")
    found = (name for one in _TOOL.finditer(text) for name in _reached(one[1], one[2]))
    return tuple(dict.fromkeys(found))


def _reached(tool: str, rest: str) -> Iterator[str]:
    words = list(_plain_words(re.split(r"\s\d?[<>]", rest, maxsplit=1)[0]))
    if not words:
        return
    if tool in ("ssh", "sftp"):
        yield from _host(words[0])
        return
    target = words[-1]
    remote = ":" in target and "/" not in target.partition(":")[0]
    if remote or _SCHEME.match(target):
        yield from _host(target)


def _plain_words(rest: str) -> Iterator[str]:
    """Yield the words that are neither options nor the values of options."""
    words = iter(word.strip("\"'") for word in rest.split())
    for word in words:
        if not word.startswith("-"):
            yield word
        elif word[1:] and word[1:] in _TAKES_A_WORD:
            next(words, None)


def _host(word: str) -> Iterator[str]:
    name = re.split(r"[:/]", _SCHEME.sub("", word).rpartition("@")[2])[0]
    if _NAME.fullmatch(name):
        yield name
