"""How long the UI thread is busy without a pause, on every page and every tab.

Each page is opened in a program of its own as soon as the first page stands, so that nothing has
been loaded for it; then again, then with the other theme and in another size. Figures are the CPU
time of the UI thread between two turns of the event loop: a key or a click waits that long. The
waits themselves stand beside them, but another program may have caused those.

The data are those of the demo, which is played where it was not yet; lists are measured again with
ten thousand changes.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench.filling import fill
from tests.bench.harness import Result

ROOT = Path(__file__).parents[2]
LIMIT_MS = 50.0
MANY = 10_000
LONG_LISTS = ("home", "changes", "calendar")
_DEMO = ROOT / "demo" / "data"
_LIMIT_S = 240.0
_DEEDS = ("first", "again", "theme", "size")


def measure() -> Result:
    """Walk through every page; the longest block makes the result, the table goes to stderr."""
    rows: dict[str, dict[str, list[float]]] = {}
    with tempfile.TemporaryDirectory(prefix="changedesk-ui-") as name, _folders(Path(name)) as data:
        for label, folder in data.items():
            for page in _pages() if label == "demo" else LONG_LISTS:
                found = _walk(folder, page)
                rows |= {f"{place} ({label})": deeds for place, deeds in found.items()}
    _print(rows)
    (longest, where) = max(
        (block[0], f"{place}, {deed}")
        for place, deeds in rows.items()
        for deed, block in deeds.items()
    )
    over = sum(block[0] > LIMIT_MS for deeds in rows.values() for block in deeds.values())
    n = sum(len(deeds) for deeds in rows.values())
    note = f"[longest: {where}; {over} of {n} are above {LIMIT_MS:g} ms]"
    return Result("ui", longest, "ms", "the bound", LIMIT_MS, 1.0, n, note=note)


def _pages() -> list[str]:
    from ui.pages import PAGES

    return [entry.id for entry in PAGES]


@contextmanager
def _folders(place: Path) -> Iterator[dict[str, Path]]:
    if _DEMO.exists():
        demo = Path(shutil.copytree(_DEMO, place / "demo"))
    else:
        command = [sys.executable, "-m", "app", "demo", str(place / "played")]
        subprocess.run(command, check=True, cwd=ROOT, stdout=sys.stderr)
        demo = place / "played" / "data"
    many = place / "many"
    fill(many, MANY)
    yield {"demo": demo, "10 000": many}


def _walk(data: Path, page: str) -> dict[str, dict[str, list[float]]]:
    """Return [CPU, wall] in ms by place and deed, of one page in its own program."""
    env = {**os.environ}
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    if not env.get("DISPLAY"):
        env["QT_QPA_PLATFORM"] = "offscreen"
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.ui_window", str(data), page],
        capture_output=True, text=True, cwd=ROOT, env=env, timeout=_LIMIT_S,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"The page {page} could not be walked through:\n{done.stderr}")
    found: dict[str, dict[str, list[float]]] = json.loads(done.stdout.splitlines()[-1])
    return found


def _print(rows: dict[str, dict[str, list[float]]]) -> None:
    """Print the longest block of each deed, CPU ms of the UI thread and (wait) in ms."""
    print(f"{'longest block':<44}" + "".join(f"{deed:>16}" for deed in _DEEDS), file=sys.stderr)
    for place, deeds in rows.items():
        cells = "".join(f"{_cell(*deeds[deed]) if deed in deeds else '':>16}" for deed in _DEEDS)
        print(f"{place:<44}{cells}", file=sys.stderr)


def _cell(cpu_ms: float, wait_ms: float) -> str:
    return f"{cpu_ms:.0f}{'!' if cpu_ms > LIMIT_MS else ' '} ({wait_ms:.0f})"
