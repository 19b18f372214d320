"""Become root by sudo: the password by stdin, once, and every refusal named.

sudo asks by a random token on stderr and the command announces itself by another one, so that
neither a lecture nor a profile's noise is taken for either, and a password never reaches a shell
that did not ask for it.
"""

import secrets
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from app.domain.host import Host, Stage
from app.errors import LoginRefused, TimedOut
from app.i18n import _, later
from app.ssh.channel import Bell, link_is_up, lost
from app.tasks import TaskCancelled, TaskContext

if TYPE_CHECKING:
    from paramiko import Channel

_ANNOUNCE = 'printf "%s\\n" "$0" >&2; exec "$@"'
_REFUSALS = (
    ("not in the sudoers", later("{user} may not use sudo on this host.")),
    ("may not run sudo", later("{user} may not use sudo on this host.")),
    ("not allowed to", later("{user} may not run this with sudo.")),
    ("must have a tty", later("sudo on this host wants a terminal (requiretty).")),
    ("terminal is required", later("sudo on this host wants a terminal or a password.")),
    ("password is required", later("sudo on this host asks {user} for a password.")),
    ("interactive authentication is required", later("sudo on this host asks for a password.")),
    ("expired", later("The account {user} or its password has expired.")),
    ("not found", later("sudo is not installed on this host.")),
    ("no such file", later("sudo is not installed on this host.")),
)
_MOST = 64 * 1024


def _missing(mark: bytes, said: bytes) -> int:
    """Return how many bytes must follow before a mark can be complete.

    Who reads no more than that at once never takes what the command itself says after it.
    """
    for size in range(min(len(mark), len(said)), 0, -1):
        if mark.startswith(said[-size:]):
            return len(mark) - size
    return len(mark)


@dataclass
class SudoDoor:
    """One way through sudo, for one command."""

    host: Host
    password: str | None
    token: str = field(default_factory=lambda: f"sudo-{secrets.token_hex(12)}:")
    ready: str = field(default_factory=lambda: f"ready-{secrets.token_hex(12)}")

    is_wrong: bool = field(default=False, init=False)
    """Whether it was the password that sudo refused, and not the account or the command."""

    def command(self, inner: tuple[str, ...]) -> tuple[str, ...]:
        """Return the words that run ``inner`` as root and announce that they do."""
        how = ("-n",) if self.password is None else ("-k", "-S", "-p", self.token)
        return ("env", "LC_ALL=C", "sudo", *how, "--", "sh", "-c", _ANNOUNCE, self.ready, *inner)

    def pass_through(self, channel: "Channel", limit_s: float, context: TaskContext) -> None:
        """Give the password if asked, and return when the command runs as root.

        Raises:
            LoginRefused: sudo refused; the password was given at most once.
            TimedOut: sudo said nothing in time.
            ConnectionLost: The link broke; the command was not sent.
        """
        bell, said, end_s = Bell(channel), b"", time.monotonic() + limit_s
        asked, mark = False, self.ready.encode() + b"\n"
        while not said.endswith(mark):
            if channel.recv_stderr_ready():
                said += channel.recv_stderr(_missing(mark, said))
                questions = said.count(self.token.encode())
                if questions > 1 or (questions and self.password is None):
                    raise self._wrong()
                if questions and not asked:
                    channel.sendall(f"{self.password}\n".encode())
                    asked = True
                continue
            if channel.closed or channel.exit_status_ready() or len(said) > _MOST:
                raise self._named(said, channel, asked=asked)
            if context.stopped:
                raise TaskCancelled
            if time.monotonic() > end_s:
                raise TimedOut(
                    _("sudo gave no answer within {limit:g} s.").format(limit=limit_s),
                    hint=_("Name lookups or a directory server may be slow on the host."),
                    host=self.host.name,
                    step=Stage.SUDO,
                )
            bell.rest(0.1)

    def _named(self, said: bytes, channel: "Channel", *, asked: bool) -> LoginRefused:
        if not link_is_up(channel):
            raise lost(self.host.name)
        text = said.replace(self.token.encode(), b"").decode("utf-8", "replace").lower()
        for sign, words in _REFUSALS:
            if sign in text:
                return self._refused(_(words).format(user=self.host.user))
        if asked:
            return self._wrong()
        return self._refused(_("sudo ended without running the command."))

    def _wrong(self) -> LoginRefused:
        self.is_wrong = True
        return self._refused(_("sudo refuses this password; it was given once."))

    def _refused(self, text: str) -> LoginRefused:
        return LoginRefused(
            text,
            hint=_("Check the host's sudoers rules, or enter the password on the Hosts page."),
            host=self.host.name,
            step=Stage.SUDO,
        )
