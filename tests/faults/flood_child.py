"""Follows a command that floods its output, and says how much memory that took."""

import sys
from pathlib import Path

from app.domain.host import Host, KeyState, Login
from app.domain.ids import HostId, new_id
from app.secrets import SessionSecrets
from app.services.jobs.following import CountingSink, Order, Patience, follow
from app.ssh.pool import RemotePool
from app.tasks import TaskContext


def _peak_kib() -> int:
    """Return the greatest memory of this program alone: what `getrusage` says begins with that of
    the program it was forked from."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))


def main(port: str, user: str, key_file: str, shown: str, size: str) -> None:
    """Print exit code, bytes kept, bytes dropped and the greatest memory in MiB."""
    from app.demo.sshd import read_public_key

    host = Host(
        id=HostId("flood-01"), name="flood-01", address="127.0.0.1", port=int(port), user=user,
        login=Login.KEY_FILE, key_file=key_file, key=read_public_key(Path(shown)),
        key_state=KeyState.CONFIRMED,
    )  # fmt: skip
    kept = [0]

    def count(_stream: str, data: bytes) -> None:
        kept[0] += len(data)

    pool = RemotePool(SessionSecrets(), lambda _key: host)
    order = Order(new_id(), f"yes | head -c {size}", 1800.0)
    sink = CountingSink(count, {})
    followed = follow(pool.open(host), order, sink, TaskContext(), Patience(60.0, (0.2,), 20.0))
    pool.close()
    end = followed.end
    most_mib = _peak_kib() // 1024
    assert end is not None
    print(end.exit_code, kept[0], end.stdout.dropped, most_mib, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
