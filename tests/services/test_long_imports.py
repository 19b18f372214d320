"""Files that are longer than memory: read in a program of its own whose memory is watched."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.source import ROOT

ORDINARY_MB, LONG_MB = 96, 6000
MOST_MB = {"samples": 400, "results": 250, "judged": 350}
"""Of the program at its highest, whatever the size of the file."""
PEAK = """
peak = [line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")]
print(count, int(peak[0]) // 1024)
"""
READ = {
    "samples": """
import sys
from pathlib import Path
from app.exports.readers import READERS
from app.services.series_files.reading import Keep, open_series
file = open_series(Path(sys.argv[1]), readers=READERS)
assert not file.is_whole
found = file.read(["latency"], Keep(1_795_000_000, 1_795_000_010))
count = len(found.series["latency"].value)
""",
    "results": """
import sys
from app.services.loadtests.summing import summarise
count = summarise(sys.argv[1]).total.samples
""",
    "judged": """
import sys
from pathlib import Path
from app.domain.loadtest import LoadTerms
from app.services.loadtests.comparing import read_run
count = read_run(Path(sys.argv[1]), LoadTerms()).facts.summary.total.samples
""",
}
HEADERS = {
    "samples": "time,cpu,memory,latency\n",
    "results": "timeStamp,elapsed,label,responseCode,responseMessage,threadName,success\n",
}


def block(kind: str) -> str:
    """A few thousand rows, some of them broken."""
    if kind == "samples":
        return "".join(
            f"{'soon' if i % 2000 == 7 else 1_795_000_000 + i},{i % 97},{i % 13}.5,{i % 211}.125\n"
            for i in range(5000)
        )
    return "".join(
        f'{1_795_000_000_000 + 20 * i},{i % 997},"page, {i % 20}",200,OK,users 1-1,true\n'
        for i in range(5000)
    )


def peak_of(kind: str, folder: Path, size_mb: int) -> None:
    form = "samples" if kind == "samples" else "results"
    path, rows = folder / "long.csv", block(form).encode()
    times = size_mb * 10**6 // len(rows)
    with path.open("wb") as file:
        file.write(HEADERS[form].encode())
        for _time in range(times):
            file.write(rows)
    words = [sys.executable, "-c", READ[kind] + PEAK, str(path)]
    done = subprocess.run(words, capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr
    count, peak_mb = map(int, done.stdout.split())
    print(
        f"{kind}: {path.stat().st_size / 1e6:.0f} MB, {count} samples, {peak_mb} MB at the highest"
    )
    assert count == times * (9 if kind == "samples" else 5000)
    assert peak_mb < MOST_MB[kind]


pytestmark = pytest.mark.skipif(
    not Path("/proc/self/status").exists(), reason="reads the peak of memory from /proc"
)


@pytest.mark.parametrize("kind", READ)
def test_a_long_file_is_read_in_little_memory(kind, tmp_path):
    peak_of(kind, tmp_path, ORDINARY_MB)


@pytest.mark.soak
@pytest.mark.parametrize("kind", READ)
def test_a_file_longer_than_memory_is_read_in_as_little(kind, tmp_path):
    peak_of(kind, tmp_path, LONG_MB)
