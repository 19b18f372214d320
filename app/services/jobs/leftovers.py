"""What jobs lie on a host: those that run, those whose output nobody has read, those it lost."""

import re
import secrets

from app.domain.host import Stage
from app.domain.job import JobState, Leftover
from app.errors import CommandFailed
from app.i18n import _
from app.redaction import last_words
from app.services.jobs import scripts
from app.services.ports.world import Remote
from app.tasks import TaskContext

_LIMIT_S = 60.0
_READ = "read"
_LINE = re.compile(
    r"job (?P<job>[0-9a-f-]{8,64}) (?P<state>running|ended|read|lost|staged)"
    r" (?P<out>\d{1,15}) (?P<err>\d{1,15})"
    r" (?P<begun>\d{1,12}) (?P<seen>\d{1,12}) (?P<now>\d{1,12}) (?P<code>\d{1,3}|-)"
)


def list_jobs(remote: Remote, context: TaskContext) -> tuple[Leftover, ...]:
    """Return every job in the folder of the account that we log in with, oldest first.

    Raises:
        RemoteError: No connection, or no whole answer.
    """
    nonce = secrets.token_hex(12)
    answer = remote.run(scripts.LIST, nonce, "-", limit_s=_LIMIT_S, context=context)
    sign = f"CD1 {nonce} "
    said = answer.stdout.decode("utf-8", "replace").split("\n")
    lines = [line[len(sign) :] for line in said if line.startswith(sign)]
    if "done" not in lines:
        raise CommandFailed(
            _("The host did not list its commands to the end."),
            hint=last_words(answer.stderr),
            host=remote.host.name,
            step=Stage.COMMAND,
        )
    found = (_LINE.fullmatch(line) for line in lines)
    return tuple(sorted((_leftover(one) for one in found if one), key=lambda item: item.job))


def _leftover(found: re.Match[str]) -> Leftover:
    now, seen = int(found["now"]), int(found["seen"])
    read = found["state"] == _READ
    return Leftover(
        found["job"],
        JobState.ENDED if read else JobState(found["state"]),
        int(found["out"]),
        int(found["err"]),
        max(0, now - int(found["begun"])),
        max(0, now - (seen or int(found["begun"]))),
        None if found["code"] == "-" else int(found["code"]),
        read,
    )
