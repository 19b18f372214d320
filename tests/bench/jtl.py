"""How long the results of a load test take to read, beside JMeter's own report and a raw query.

A million samples: per label count, errors, mean, p50 to p99 and rate, all samples written down in
columns, and the course of the run by the second. JMeter makes its dashboard of the same file;
duckdb is told where everything stands and answers the same figures, with the samples in a Parquet
file. All run as programs of their own, so that the start of each counts. Ten millions are read by
ours and by duckdb, for time and memory.
"""

import json
import subprocess
import sys
import tempfile
from functools import partial
from importlib.metadata import version
from pathlib import Path

import numpy as np

from tests.bench.harness import Result, in_turns, seconds
from tests.jmeter import JMeter, JMeterMissing, installed_jmeter

SAMPLES, TIMES_MORE, ROUNDS = 1_000_000, 10, 3
AIM, RAW_AIM, MEMORY_AIM_MB = 1 / 25, 1.5, 600
_HEADER = (
    "timeStamp,elapsed,label,responseCode,responseMessage,threadName,dataType,success,"
    "failureMessage,bytes,sentBytes,grpThreads,allThreads,URL,Latency,IdleTime,Connect\n"
)
_OURS = """
import json, sys
from pathlib import Path
import numpy as np
from app.analysis.loadtest import Tally
from app.services.loadtests.files.reading import reading
from app.services.loadtests.files.recording import recorder
from app.services.loadtests.summing import summary_of
tally = Tally()
with recorder() as writer:
    with reading(Path(sys.argv[1])) as found:
        for batch in found.batches:
            tally.add(batch)
            writer.add(batch)
    summary = summary_of(found, tally)
    kept = writer.recording()
    seconds = (kept.whole.end_us - kept.whole.start_us) // 1_000_000 + 1
    series = np.zeros((2, seconds))
    for batch in kept.batches():
        second = (batch.at_us - kept.whole.start_us) // 1_000_000
        series += np.bincount(second, minlength=seconds), np.bincount(
            second, batch.took_us, seconds
        )
peak = [line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")]
print(json.dumps([summary.total.samples, int(peak[0]) / 1024]))
"""
_QUERY = """
import json, sys
import duckdb
engine = duckdb.connect()
engine.execute("SET enable_progress_bar = false")
names = sys.argv[3].split(",")
columns = {name: "VARCHAR" for name in names} | {"timeStamp": "BIGINT", "elapsed": "BIGINT"}
engine.execute(
    "COPY (SELECT timeStamp AS begun, elapsed AS took, label, success = 'true' AS ok "
    f"FROM read_csv('{sys.argv[1]}', header = true, delim = ',', quote = '\\"', escape = '\\"', "
    f"columns = {columns})) TO '{sys.argv[2]}' (FORMAT parquet)"
)
figures = (
    "count(*), count(*) FILTER (NOT ok), avg(took), min(took), max(took), "
    "quantile_cont(took, [0.5, 0.9, 0.95, 0.99]), "
    "count(*) * 1000 / (max(begun + took) - min(begun))"
)
kept = f"FROM '{sys.argv[2]}'"
labels = engine.execute(f"SELECT label, {figures} {kept} GROUP BY label").fetchall()
total = engine.execute(f"SELECT {figures} {kept}").fetchall()
series = engine.execute(
    f"SELECT begun // 1000 AS second, count(*), sum(took) {kept} GROUP BY second ORDER BY second"
).fetchall()
peak = [line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")]
print(json.dumps([total[0][0], int(peak[0]) / 1024]))
"""


def measure() -> list[Result]:
    """Race ours against JMeter on a million samples, and against duckdb on ten millions."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        one, ten = folder / "one.jtl", folder / "ten.jtl"
        _write(one)
        _repeat(one, ten)
        return [_beside_jmeter(one, folder), _beside_duckdb(ten, folder)]


def _beside_jmeter(path: Path, folder: Path) -> Result:
    ours = partial(seconds, partial(_run, _OURS, path))
    jmeter = _jmeter()
    if jmeter is None:
        took_s, theirs_s = in_turns(ROUNDS, ours)[0], None
    else:
        took_s, theirs_s = in_turns(ROUNDS, ours, partial(_dashboard, jmeter, path, folder))
    note = f"[{SAMPLES:,} samples, start of the program included]"
    return Result("jtl", took_s, "s", "JMeter 5.5 -g", theirs_s, AIM, ROUNDS, note=note)


def _beside_duckdb(path: Path, folder: Path) -> Result:
    peaks: dict[str, list[float]] = {"ours": [], "theirs": []}

    def ours() -> float:
        peaks["ours"].append(_run(_OURS, path)[1])
        return 0.0

    def theirs() -> float:
        peaks["theirs"].append(_run(_QUERY, path, folder / "kept.parquet", _HEADER.strip())[1])
        return 0.0

    took_s, theirs_s = in_turns(ROUNDS, partial(seconds, ours), partial(seconds, theirs))
    highest, its_highest = (max(found) for found in peaks.values())
    memory = "met" if highest <= MEMORY_AIM_MB else "NOT MET"
    note = (
        f"[{TIMES_MORE * SAMPLES:,} samples, start of the program included; {highest:.0f} MB "
        f"(aim ≤ {MEMORY_AIM_MB} MB: {memory}), duckdb {its_highest:.0f} MB]"
    )
    peer = f"raw duckdb {version('duckdb')}"
    return Result("jtl 10 M", took_s, "s", peer, theirs_s, RAW_AIM, ROUNDS, note=note)


def _jmeter() -> JMeter | None:
    try:
        return installed_jmeter()
    except JMeterMissing as missing:
        print(missing, file=sys.stderr)
        return None


def _run(code: str, *words: Path | str) -> tuple[int, float]:
    """Run a program to its end; return how many samples it counted, and its highest memory."""
    command = [sys.executable, "-c", code, *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    samples, memory_mb = json.loads(done.stdout)
    assert samples % SAMPLES == 0
    return samples, memory_mb


def _dashboard(jmeter: JMeter, path: Path, folder: Path) -> float:
    with tempfile.TemporaryDirectory(dir=folder) as own:
        return seconds(partial(jmeter.dashboard, path, Path(own)))


def _write(path: Path) -> None:
    """Write what JMeter would: eight labels, one in a hundred failed, one label in quotes."""
    rng = np.random.default_rng(1)
    at_ms = 1_795_000_000_000 + np.sort(rng.integers(0, SAMPLES, SAMPLES))
    took_ms = rng.gamma(4, 20, SAMPLES).astype(int) + 1
    labels = np.array([*(f"page {i}" for i in range(7)), '"checkout, ""pay"""'])
    label = labels[rng.integers(0, len(labels), SAMPLES)]
    ok = rng.random(SAMPLES) >= 0.01
    with path.open("w") as file:
        file.write(_HEADER)
        for i in range(SAMPLES):
            code, word = ("200,OK", "true") if ok[i] else ("500,Server Error", "false")
            file.write(
                f"{at_ms[i]},{took_ms[i]},{label[i]},{code},users 1-{i % 50},text,{word},,213,117,"
                f"50,50,http://127.0.0.1:8765/,{took_ms[i]},0,1\n"
            )


def _repeat(path: Path, target: Path) -> None:
    rows = path.read_bytes().partition(b"\n")[2]
    with target.open("wb") as file:
        file.write(_HEADER.encode())
        for _round in range(TIMES_MORE):
            file.write(rows)
