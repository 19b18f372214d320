"""A private Prometheus with a made-up past: loopback, its own port, ended by its id."""

import os
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.database_fixtures import free_port
from tests.patience import PATIENCE_MS

Past = dict[str, Sequence[tuple[float, float]]]
"""Samples (Unix seconds, value) of each series, named as OpenMetrics writes it."""


@contextmanager
def prometheus(folder: Path, past: Past) -> Iterator[str]:
    """Start one on the samples and give its address; skip where it is not installed."""
    missing = [tool for tool in ("prometheus", "promtool") if shutil.which(tool) is None]
    if missing:
        pytest.skip(f"{missing[0]} is not installed; python3 dev.py test installs it as root")
    text, config = folder / "past.om", folder / "prometheus.yml"
    text.write_text(_open_metrics(past))
    config.write_text("scrape_configs: []\n")
    subprocess.run(
        ["promtool", "tsdb", "create-blocks-from", "openmetrics", text, folder / "data"],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    port = free_port()
    with (folder / "out.txt").open("wb") as out:
        process = subprocess.Popen(
            [
                "prometheus", f"--config.file={config}", f"--storage.tsdb.path={folder / 'data'}",
                f"--web.listen-address=127.0.0.1:{port}", "--storage.tsdb.retention.time=100y",
            ],
            stdout=out, stderr=out, cwd=folder, env={"PATH": os.environ["PATH"]},
        )  # fmt: skip
        try:
            _wait(port, process)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(timeout=30)


def _open_metrics(past: Past) -> str:
    names = sorted({series.partition("{")[0] for series in past})
    lines = []
    for name in names:
        lines.append(f"# TYPE {name} gauge")
        for series, samples in past.items():
            if series.partition("{")[0] == name:
                lines += [f"{series} {value!r} {at:.3f}" for at, value in samples]
    return "\n".join((*lines, "# EOF", ""))


def _wait(port: int, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + PATIENCE_MS / 1000
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/-/ready", timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("Prometheus did not start")
