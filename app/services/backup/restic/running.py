"""One command of restic as a job of its host: its password comes by a pipe, its output is kept."""

from dataclasses import dataclass, field

from app.domain.ids import new_id
from app.domain.restic import ResticRepository
from app.domain.run import StepState
from app.errors import CommandFailed, RemoteError, SecretUnavailable
from app.i18n import _
from app.services.backup.restic import scripts
from app.services.jobs.following import CountingSink, Finish, Order, acknowledge, follow
from app.services.jobs.outcomes import outcome_of
from app.services.ports.world import Remote, Secrets
from app.tasks import TaskContext

LIMIT_S = 24 * 3600.0
"""How long one command may run; the host itself ends it then."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a command said until its end; ``code`` is the host's own word."""

    code: int
    out: str
    err: str
    duration_s: float
    job: str = ""


@dataclass
class _Kept:
    streams: dict[str, bytearray] = field(
        default_factory=lambda: {"stdout": bytearray(), "stderr": bytearray()}
    )

    def take(self, stream: str, data: bytes) -> None:
        self.streams[stream] += data

    def text(self, stream: str) -> str:
        return self.streams[stream].decode("utf-8", "replace")


def password_of(repository: ResticRepository, secrets: Secrets) -> str:
    """Return the password of a repository; raises SecretUnavailable when none is kept."""
    password = secrets.get(repository.secret)
    if not password:
        text = _("The keyring holds no password for the repository {place}.")
        raise SecretUnavailable(
            text.format(place=repository.place), hint=_("Type it; it is kept in the keyring.")
        )
    return password


def run(remote: Remote, job: str, command: str, password: str, context: TaskContext) -> Said:
    """Run it to its end through broken links, once at most.

    Raises:
        RemoteError: It was not begun, or nobody knows how it ended.
        TaskCancelled: It was stopped, and the host confirms that nothing of it runs.
    """
    kept, fed = _Kept(), False

    def heed(_look: object) -> bool:
        nonlocal fed
        fed = fed or _feed(remote, job, password)
        return False

    sink = CountingSink(kept.take, {})
    followed = follow(remote, Order(job, command, LIMIT_S), sink, context, heed=heed)
    context.progress(1, 1)  # a stop that the host has confirmed ends here
    end = followed.end
    if followed.finish is not Finish.ENDED or end is None or end.is_torn or end.timed_out:
        state, why = outcome_of(followed, LIMIT_S, _("a person"))
        hint = _("Look at the host before you try again.") if state is StepState.UNKNOWN else ""
        raise CommandFailed(why, hint=hint, host=remote.host.name, step="restic")
    acknowledge(remote, job)
    return Said(end.exit_code, kept.text("stdout"), kept.text("stderr"), end.duration_s, job)


def _feed(remote: Remote, job: str, password: str) -> bool:
    """Hand the password over; False when the link broke, so that it is tried again."""
    try:
        with remote.stream(scripts.FEED, job) as flow:
            flow.write(f"{password}\n".encode())
            flow.close_stdin()
            return flow.finish(40.0) == 0
    except RemoteError:
        return False


def new_job() -> str:
    """Return the name of a job that has not begun."""
    return new_id()
