"""Build the one command line that is sent; values are quoted, never pasted in."""

import shlex

from app.domain.host import Host


def shell_by_stdin(host: Host, args: tuple[str, ...]) -> str:
    """Return the command that reads a script from its stdin and gives it ``args``."""
    return shlex.join((*_sudo(host), "sh", "-s", "--", *args))


def shell_by_argument(host: Host, script: str, args: tuple[str, ...]) -> str:
    """Return the command that runs a script with ``args`` and leaves its stdin free."""
    return shlex.join((*_sudo(host), "sh", "-c", script, "sh", *args))


def _sudo(host: Host) -> tuple[str, ...]:
    """Ask sudo never to prompt: a prompt nobody sees would only hang."""
    return ("sudo", "-n", "--") if host.sudo else ()
