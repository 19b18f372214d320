"""From the start of the process to a usable window with ten thousand changes in the store.

Usable means: the first page is painted with its data and nothing is loading any more. The peer is a
bare PySide6 window with one table, started in turns with ours.
"""

import os
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from threading import Timer

from app.paths import data_dir
from tests.bench.filling import fill
from tests.bench.harness import Result, in_turns

ROOT = Path(__file__).parents[2]
CHANGES = 10_000
ROUNDS = 7
COLD_ROUNDS = 3
AIM = 2.5
LIMIT_S = 60.0
NO_BYTECODE = "PYTHONDONTWRITEBYTECODE"
"""An installed program has its bytecode, as the libraries of both windows have."""


def measure() -> Result:
    """Race both windows with a warm cache, then with a cold one."""
    with tempfile.TemporaryDirectory(prefix="changedesk-bench-") as name:
        data = data_dir(Path(name))
        fill(data, CHANGES)
        ours, bare = partial(start, "ours", data), partial(start, "bare", data)
        in_turns(2, ours, bare)
        ours_s, bare_s = in_turns(ROUNDS, ours, bare)
        colds = in_turns(
            COLD_ROUNDS, partial(start_cold, "ours", data), partial(start_cold, "bare", data)
        )
    note = f"[cold: {colds[0]:.2f} s, bare {colds[1]:.2f} s; {CHANGES} changes]"
    return Result("startup", ours_s, "s", "bare PySide6 window", bare_s, AIM, ROUNDS, note=note)


def start(which: str, data: Path) -> float:
    """Return the seconds until one window is usable."""
    env = {name: value for name, value in os.environ.items() if name != NO_BYTECODE}
    if not env.get("DISPLAY"):
        env["QT_QPA_PLATFORM"] = "offscreen"
    command = [sys.executable, "-m", "tests.bench.windows", which, str(data)]
    start_s = time.perf_counter()
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT, env=env
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        guard = Timer(LIMIT_S, process.kill)
        guard.start()
        line = process.stdout.readline()
        passed_s = time.perf_counter() - start_s
        said = process.stderr.read()
    guard.cancel()
    if line != "usable\n" or process.returncode:
        raise RuntimeError(f"The window {which} did not open:\n{said}")
    return passed_s


def start_cold(which: str, data: Path) -> float:
    """The same after the system was asked to forget our files; what others use stays cached."""
    for folder in (Path(sys.prefix), ROOT / "app", ROOT / "ui", ROOT / "resources", data):
        for path in folder.rglob("*"):
            if path.is_file() and hasattr(os, "posix_fadvise"):
                descriptor = os.open(path, os.O_RDONLY)
                os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
                os.close(descriptor)
    return start(which, data)
