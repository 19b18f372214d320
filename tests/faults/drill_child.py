"""Restores every set of a vault in a drill: run as a program of its own, to be killed."""

import sys
from pathlib import Path

from app.clock import SystemClock
from app.domain.backup import Level
from app.tasks import TaskContext
from app.vault.opening import keys_in_file, open_vault


def main(folder: str) -> None:
    root = Path(folder)
    keys = keys_in_file(root.with_name("vault.key"))
    vault = open_vault(root, SystemClock(), keys, reserve_bytes=0)
    print("ready", flush=True)
    for item in vault.sets():
        proof = vault.verify(item, Level.RESTORED, by="child", context=TaskContext())
        print(proof.outcome.value, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
