"""Follows a job by another program's orders, on a computer that may fall asleep.

Asleep, a program stands still and the time of day goes on: its stopping is real, and what is added
to the time of day stands in a file, as seconds.
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from app.domain.host import Host
from app.domain.ids import new_id
from app.secrets import SessionSecrets
from app.services.jobs.following import CountingSink, Order, Patience, follow
from app.ssh import heartbeat
from app.ssh.pool import RemotePool
from app.tasks import TaskContext


def time_of_day(added: Path, real: Callable[[], float] = time.time) -> Callable[[], float]:
    return lambda: real() + float(added.read_text("ascii"))


def main(record: str, added: str, command: str) -> None:
    """Print what the job says as it comes, and at last how it ended."""
    heartbeat.slept.__defaults__ = (time_of_day(Path(added)), time.monotonic)
    host = msgspec.json.decode(record, type=Host)
    pool = RemotePool(SessionSecrets(), lambda _key: host)

    def say(_stream: str, data: bytes) -> None:
        sys.stdout.write(data.decode())
        sys.stdout.flush()

    order = Order(new_id(), command, 600.0)
    context = TaskContext()
    followed = follow(
        pool.open(host), order, CountingSink(say, {}), context, Patience(120.0, (0.2,), 20.0)
    )
    pool.close()
    assert followed.end is not None
    print(followed.finish.value, followed.end.exit_code, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
