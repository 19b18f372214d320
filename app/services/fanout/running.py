"""Carry a fan-out on until it is over, a limit is passed, or somebody stops it.

Nothing is ever begun twice by itself: what stands as *going* when the call begins is not touched,
and what was sent and lost is *unknown*, which no retry repeats.
"""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from queue import SimpleQueue
from threading import Lock

from app.domain.fanout import AT_ONCE, FanOut, HostPart, Part
from app.domain.host import Stage
from app.domain.ids import HostId
from app.errors import AppError, ConnectionLost, RemoteError, TimedOut
from app.i18n import _
from app.tasks import TaskCancelled, TaskContext

_NOTHING_SENT = frozenset(
    {
        Stage.NAME, Stage.REACH, Stage.GREETING, Stage.KEY_EXCHANGE, Stage.HOST_KEY, Stage.LOGIN,
        Stage.CHANNEL, Stage.SUDO,
    }
)  # fmt: skip
"""Stages before anything of the work has left this computer."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How the work on one host ended."""

    state: Part
    text: str = ""


Work = Callable[[HostId, TaskContext], Ended]
"""Does the work on one host, on a worker thread; raises AppError, TaskCancelled."""

Watch = Callable[[FanOut, HostPart], object]
"""Is told of every step of every host, one after the other; must be quick."""


def no_watch(_now: FanOut, _part: HostPart) -> None:
    """Watch nothing."""


def carry_on(
    plan: FanOut,
    work: Work,
    context: TaskContext,
    *,
    watch: Watch = no_watch,
    at_once: int = AT_ONCE,
) -> FanOut:
    """Work on the hosts that wait, batch after batch; return how all of them stand then.

    What goes on when a limit is passed goes on to its end. After a stop everything that has not
    begun still waits, so that the same fan-out can be carried on later.
    """
    return _Crew(plan, work, context, watch).carry_on(at_once)


class _Crew:
    def __init__(self, plan: FanOut, work: Work, context: TaskContext, watch: Watch) -> None:
        self._now, self._work, self._context, self._watch = plan, work, context, watch
        self._lock = Lock()

    def carry_on(self, at_once: int) -> FanOut:
        going, ended = 0, SimpleQueue[Future[None]]()
        with ThreadPoolExecutor(max(1, at_once), thread_name_prefix="fan-out") as pool:
            while True:
                if not self._context.stopped:
                    for host in self._now.ready[: max(0, at_once - going)]:
                        self._move(host, Part.GOING, "")
                        pool.submit(self._one, host).add_done_callback(ended.put)
                        going += 1
                if not going:
                    return self._now
                ended.get().result()
                going -= 1

    def _one(self, host: HostId) -> None:
        try:
            ended = self._work(host, self._context)
        except TaskCancelled:
            ended = Ended(Part.STOPPED, _("Stopped; what it began may go on"))
        except AppError as error:
            ended = ended_with(error)
        except BaseException:
            self._move(host, Part.UNKNOWN, _("The program failed here; its log says how."))
            raise
        self._move(host, ended.state, ended.text)

    def _move(self, host: HostId, state: Part, text: str) -> None:
        with self._lock:
            self._now = self._now.moved(host, state, text)
            self._watch(self._now, self._now.part(host))


def ended_with(error: AppError) -> Ended:
    """Say what an error means for a host: not reached, failed, or nobody knows."""
    text = error.sentence()
    if isinstance(error, RemoteError) and error.step in _NOTHING_SENT:
        return Ended(Part.UNREACHABLE, text)
    if isinstance(error, ConnectionLost | TimedOut):
        return Ended(Part.UNKNOWN, text)
    return Ended(Part.FAILED, text)
