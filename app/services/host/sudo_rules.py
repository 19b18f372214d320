"""The sudoers rules a change needs on a host: its own commands, exactly, and nothing else.

What its backup reads as root gets a program of its own, and rules for that.

A rule without wildcards fits one command with one list of arguments. Whatever cannot be said so
(a shell's operators, a relative path, an argument with blanks) gets no rule and is named instead:
a rule that is wider than the plan would outlive the change.
"""

import re
import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.domain.backup import BackupSource, SourceKind
from app.domain.change import Change
from app.domain.host import Host
from app.domain.runbook import Step, StepKind
from app.i18n import _, later
from app.services.backup.root_readers import RootReader, reader_of
from app.services.run.commands import final_steps
from app.services.safe_text import plain

_SHELLS = frozenset(
    {"sh", "bash", "dash", "zsh", "ksh", "csh", "tcsh", "fish", "env", "su", "sudo"}
)
_ARGUMENT = re.compile(r"[A-Za-z0-9_./@%+:,=-]+")
_ACCOUNT = re.compile(r"[a-z_][a-z0-9_.-]{0,31}")
"""Names in capitals are lists of accounts to sudo, and ALL is every one."""
_SPECIAL = re.compile(r"([,:=\\])")
_SUDO = re.compile(r"(^|[;&|(\s/])sudo\s")
_WHY_SHELL = later("it is more than one plain command")
_WHY_ACCOUNT = later("the account's name would mean something else in a rule")
_WHY_PATH = later("the program is not named by its full path")
_WHY_ROOT = later("a shell as root may do everything")
_WHY_OPTION = later("sudo is called with options a rule cannot hold")
_WHY_DATABASE = later("its copy takes a shell as root: hold the password for sudo instead")
_WHY_ARGUMENT = later("an argument holds signs that a rule would read as a pattern, or blanks")


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A line of a step, or what a backup reads, that no exact rule can allow, and why."""

    step: str
    line: str
    why: str


@dataclass(frozen=True, slots=True)
class SudoRules:
    """The rules for one host's account, in the plan's order, each once.

    ``readers`` are the programs that some of them are for; without them there is nothing to run.
    """

    host: Host
    rules: tuple[str, ...]
    left_out: tuple[LeftOut, ...] = ()
    readers: tuple[RootReader, ...] = ()

    def text(self, number: str) -> str:
        """Return the file for ``/etc/sudoers.d``; comments hold nothing that could be a rule."""
        name, user = _comment(self.host.name), self.host.user
        lines = [
            f"# {number}: {name}",
            "# Check with: visudo -cf FILE. Remove it when the change is closed.",
            *(f"{user} ALL={rule}" for rule in self.rules),
        ]
        lines += [
            f"# {one.path}: owner root, mode 0755; its text is handed over beside this file."
            for one in self.readers
        ]
        lines += [f"# No rule for “{_comment(one.line)}”: {one.why}" for one in self.left_out]
        return "\n".join(lines) + "\n"


def sudo_rules(change: Change, hosts: Sequence[Host]) -> tuple[SudoRules, ...]:
    """Return the rules of every host whose steps call sudo or whose backup reads as root.

    Raises:
        InvalidInput: A command's value or a path is missing or must not stand in it.
    """
    steps = [s for s in final_steps(change, hosts) if s.kind is StepKind.COMMAND]
    found = (
        _of_host(
            host,
            [step for step in steps if step.host == host.id],
            [one for one in change.backup_plan if one.host == host.id and one.as_root],
        )
        for host in hosts
    )
    return tuple(one for one in found if one.rules or one.left_out)


def _of_host(host: Host, steps: Iterable[Step], sources: Sequence[BackupSource]) -> SudoRules:
    rules: dict[str, None] = {}
    left: list[LeftOut] = []
    for step in steps:
        for line in filter(_SUDO.search, step.command.splitlines()):
            rule, why = _rule(line.strip())
            if not _ACCOUNT.fullmatch(host.user):
                why = _(_WHY_ACCOUNT)
            if why:
                left.append(LeftOut(step.title, line.strip(), why))
            else:
                rules[rule] = None
    readers, refused = _readers(host, sources)
    rules |= {f"(root) NOPASSWD: {rule}": None for one in readers for rule in one.rules}
    return SudoRules(host, tuple(rules), (*left, *refused), readers)


def _readers(
    host: Host, sources: Sequence[BackupSource]
) -> tuple[tuple[RootReader, ...], list[LeftOut]]:
    """Return the programs that read the sources of a host, facts among them, and what has none.

    A host whose every command goes through sudo needs none: its account may do anything.
    """
    if host.sudo or not sources:
        return (), []
    facts = BackupSource(SourceKind.FACTS, host.id, as_root=True)
    found: dict[str, RootReader] = {}
    left: list[LeftOut] = []
    for source in (*sources, facts):
        reader = reader_of(source)
        if reader is None or not _ACCOUNT.fullmatch(host.user):
            why = _(_WHY_DATABASE) if reader is None else _(_WHY_ACCOUNT)
            left.append(LeftOut(source.title, source.title, why))
        else:
            found[reader.path] = reader
    return tuple(found.values()), left


def _rule(line: str) -> tuple[str, str]:
    """Return the rule that allows exactly this line, or why there is none."""
    try:
        words = list(shlex.shlex(line, posix=True, punctuation_chars=True))
        plain_words = shlex.split(line)
    except ValueError:
        return "", _(_WHY_SHELL)
    if any(word and set(word) <= set("();<>|&") for word in words) or plain_words[0] not in _CALLS:
        return "", _(_WHY_SHELL)
    account, rest = _called(plain_words[1:])
    if not rest or not _ACCOUNT.fullmatch(account):
        return "", _(_WHY_OPTION)
    program = rest[0]
    if not program.startswith("/") or ".." in program.split("/") or program.endswith("/"):
        return "", _(_WHY_PATH)
    if program.rpartition("/")[2] in _SHELLS:
        return "", _(_WHY_ROOT)
    if not all(_ARGUMENT.fullmatch(word) for word in rest):
        return "", _(_WHY_ARGUMENT)
    said = " ".join(_SPECIAL.sub(r"\\\1", word) for word in rest)
    return f"({account}) NOPASSWD: {said}" + ("" if len(rest) > 1 else ' ""'), ""


_CALLS = ("sudo", "/usr/bin/sudo")


def _called(words: list[str]) -> tuple[str, list[str]]:
    """Return the account a call of sudo becomes and the command; no command for other options."""
    account, left = "root", list(words)
    while left and left[0].startswith("-"):
        option = left.pop(0)
        if option == "--":
            break
        if option == "-u" and left:
            account = left.pop(0)
        elif option not in ("-n", "--non-interactive"):
            return account, []
    return account, left


def _comment(text: str) -> str:
    """Return a text as one line of a comment; a backslash at its end would join the next line."""
    return " ".join(plain(text).split()).replace("\\", "/")
