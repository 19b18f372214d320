"""What the tools of databases complain about, as a cause and a next action."""

import re
from collections.abc import Sequence

from app.domain.backup import SourceKind

_CAUSES: tuple[tuple[str, str, str], ...] = (
    (
        r"password authentication failed|Access denied for user|WRONGPASS|NOAUTH|no password suppl"
        r"|no pg_hba\.conf entry|[Pp]eer authentication failed|invalid (?:username-)?password"
        r"|AuthenticationFailed|auth(?:entication)? error|role \".*\" does not exist",
        "The database refused the login.",
        "Check account and password of this source in the backup plan.",
    ),
    (
        r"server version mismatch|unsupported version|wire version|Got unexpected.*version",
        "The tool on the host is older than its database server.",
        "Install the client tools of the server's version on the host.",
    ),
    (
        r"lock timeout|Lock wait timeout|could not obtain lock|Deadlock found|lock_not_available",
        "A table is locked by somebody else and was not given free in time.",
        "Wait until that work is over, or end it, then take the backup again.",
    ),
    (
        r"Table definition has changed|\b1412\b|altered or dropped while the dump ran"
        r"|could not open relation|relation .* does not exist|Couldn't execute 'show create table",
        "Tables were changed while the dump ran.",
        "Take the backup before the work begins, when nobody alters the database.",
    ),
    (
        r"No space left on device|errno: 28|Got error 28|Disk quota|MISCONF|disk is full"
        r"|needs \d+ KiB",
        "The disk of the server is full.",
        "Free some space there, then take the backup again.",
    ),
    (
        r"database .* does not exist|Unknown database",
        "The server has no such database.",
        "Check the name in the backup plan.",
    ),
    (
        r"Lost connection|[Ss]erver (?:has )?closed the connection|terminating connection|gone away"
        r"|the database system is (?:shutting down|starting up)|connection reset|EOF|LOADING"
        r"|requested snapshot|invalid snapshot|socket was unexpectedly closed|shutting down",
        "The database server ended the connection.",
        "Look whether it was restarted, then take the backup again.",
    ),
    (
        r"connection to server .* failed|[Cc]ould not connect|Can't connect|Connection refused"
        r"|server selection (?:error|timeout)|no reachable servers|No such file or directory.*sock",
        "The database server does not answer.",
        "Check that it runs, and the address of this source in the backup plan.",
    ),
    (
        r"permission denied|NOPERM|you need \(at least one of\)|must be superuser|not authorized"
        r"|command denied|cannot be read by|row-level security",
        "The account may not read everything.",
        "Give it the right to read all of the database.",
    ),
    (
        r"oplog",
        "The server keeps no oplog, so that no moment of all its databases can be captured.",
        "Name one database for each source instead.",
    ),
    (
        r"BGSAVE (?:ended|left)|Background save|can't save|rdb_last_bgsave",
        "Redis could not save its data.",
        "Read the log of Redis, often its disk or memory is full.",
    ),
    (
        r"not found$|not installed|No such file or directory$|command not found",
        "A tool that this needs is missing on the host.",
        "Install the client tools of the database there.",
    ),
)
_COMPILED = tuple(
    (re.compile(pattern, re.MULTILINE), cause, action) for pattern, cause, action in _CAUSES
)
_CHATTER = re.compile(
    rb"^\S+\s+(?:writing .* to |done dumping |dumping up to |reading oplog|writing captured oplog"
    rb"|\[[#.]+\])|^\s*$"
)


_AGAIN = "take the backup again"


def explain(lines: Sequence[bytes], again: str = _AGAIN) -> str:
    """Return cause and next action for what a tool said, "" when it is none of the known ones.

    ``again`` says what shall be repeated once the cause is mended.
    """
    text = b"\n".join(lines).decode("utf-8", "replace")
    for pattern, cause, action in _COMPILED:
        if pattern.search(text):
            return f"{cause} {action.replace(_AGAIN, again)}"
    return ""


def complaints(kind: SourceKind, lines: Sequence[bytes]) -> list[bytes]:
    """Return what a database's tools said beyond their progress."""
    if kind in (SourceKind.FILES, SourceKind.FACTS):
        return []
    return [line for line in lines if not _CHATTER.match(line)]
