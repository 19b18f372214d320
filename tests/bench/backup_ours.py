"""Our side of the backup benchmark, in a process of its own so that its memory can be told.

``python -m tests.bench.backup_ours FOLDER``: reads ``run.json`` there, prints one JSON object.
"""

import json
import sys
from pathlib import Path
from time import perf_counter

from app.clock import SystemClock
from app.domain.backup import BackupSource, Level, Outcome, SourceKind
from app.domain.host import Host, HostKey, KeyState, Login
from app.domain.ids import HostId, SetId, new_id
from app.secrets import SessionSecrets
from app.services.ports.vault import CaptureRequest
from app.ssh.pool import RemotePool
from app.tasks import TaskContext
from app.vault.keys import VaultKeys
from app.vault.opening import create_vault


def main(folder: str) -> None:
    """Take one set and prove it to L2; print how long each took."""
    place = Path(folder)
    wanted = json.loads((place / "run.json").read_text())
    host = _host(wanted)
    pool = RemotePool(SessionSecrets(), lambda _key: host)

    def keep(keys: VaultKeys, vault: str) -> None:
        keys.keep_in_file(place / "vault.key", vault)

    vault = create_vault(place / "vault", SystemClock(), keep, reserve_bytes=0).vault
    source = BackupSource(SourceKind.FILES, host.id, (wanted["tree"],))
    begun_s = perf_counter()
    request = CaptureRequest(SetId(new_id()), (host,), (source,), by="bench")
    taken = vault.capture(request, (pool.open(host),), TaskContext())
    captured_s = perf_counter()
    proofs = vault.verify_by_reading(taken, by="bench", context=TaskContext())
    assert [proof.level for proof in proofs] == [Level.INTACT, Level.READABLE]
    assert all(proof.outcome is Outcome.PASSED for proof in proofs), proofs
    proven_s = perf_counter()
    pool.close()
    said = {
        "capture_s": captured_s - begun_s,
        "proof_s": proven_s - captured_s,
        "peak_bytes": peak_bytes(),
        "stored_bytes": taken.stored_bytes,
        "objects": [item.name for item in taken.objects],
    }
    print(json.dumps(said))


def peak_bytes() -> int:
    """Return the most memory this process has held; getrusage would count its parent's too."""
    status = Path("/proc/self/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) * 1024


def _host(wanted: dict[str, str]) -> Host:
    key = HostKey(*wanted["key"])
    return Host(
        id=HostId("bench-01"),
        name="bench-01",
        address="127.0.0.1",
        port=int(wanted["port"]),
        user=wanted["user"],
        login=Login.KEY_FILE,
        key_file=wanted["key_file"],
        key=key,
        key_state=KeyState.CONFIRMED,
    )


if __name__ == "__main__":
    main(sys.argv[1])
