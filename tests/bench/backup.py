"""A backup over loopback SSH into the vault, beside what an administrator would type instead.

Ours streams a tree of mixed files into a sealed set (compressed, hashed, encrypted, synced), then
proves it to L2. The peer is ``ssh HOST tar | zstd -3 | age > file`` with OpenSSH, the same cipher
and level, and then the same question of it: ``age -d | zstd -d | tar t``. Its first half alone is
in the note, beside restic (to a new repository over SFTP, then ``check --read-data``) and rsync (to
an empty folder, nothing checked). The note also tells the processor time of our side and of the
pipeline's, which other programs do not lengthen; that of the server's side is in neither.
"""

import getpass
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median

from app.demo.sshd import PrivateSshd
from app.processes import find
from tests.bench.harness import Result, seconds
from tests.bench.mixed_tree import MIB, grow

ROOT = Path(__file__).parents[2]
SIZE_MIB = 2048
ROUNDS = 3
AIM = 0.8
AIM_MB = 200.0
CIPHER = "aes128-gcm@openssh.com"
_LIMIT_S = 900.0


@dataclass(frozen=True)
class Yard:
    """Where everything of one run lies: the tree, the server, and a place for what is made."""

    root: Path
    tree: Path
    server: PrivateSshd

    @contextmanager
    def fresh(self) -> Iterator[Path]:
        """Give an empty folder for the length of the block."""
        with tempfile.TemporaryDirectory(dir=self.root) as folder:
            yield Path(folder)

    @property
    def port(self) -> int:
        """Where the server listens."""
        return self.server.port

    @property
    def ssh(self) -> tuple[str, ...]:
        """OpenSSH's client, told our server's key and login and nothing else."""
        known = self.root / "known_hosts"
        known.write_text(f"[127.0.0.1]:{self.port} {self.server.key.line}\n")
        options = {
            "IdentityFile": self.server.user_key, "IdentitiesOnly": "yes",
            "UserKnownHostsFile": known, "GlobalKnownHostsFile": "/dev/null",
            "StrictHostKeyChecking": "yes", "Ciphers": CIPHER, "BatchMode": "yes",
        }  # fmt: skip
        flags = [word for item in options.items() for word in ("-o", "=".join(map(str, item)))]
        return ("ssh", "-F", "/dev/null", *flags, "-p", str(self.port))

    @property
    def login(self) -> str:
        """User and address."""
        return f"{getpass.getuser()}@127.0.0.1"


def measure(size_mib: int = SIZE_MIB) -> Result:
    """Run all in turns, ``size_mib`` of files each time."""
    with tempfile.TemporaryDirectory(dir=os.environ.get("CHANGEDESK_BENCH_DATA")) as folder:
        root = Path(folder)
        files = grow(root / "tree", size_mib * MIB)
        with PrivateSshd(root / "sshd") as server:
            yard = Yard(root, root / "tree", server)
            rounds = [_round(yard) for _ in range(ROUNDS)]
    return _result(size_mib, files, rounds)


def _round(yard: Yard) -> dict[str, float]:
    found, found["ours_cpu"] = _with_cpu(partial(ours, yard))
    piped, found["pipeline_cpu"] = _with_cpu(partial(pipeline, yard))
    found |= piped
    for name, tool, work in (("restic", "restic", restic), ("rsync", "rsync", rsync)):
        if find(tool):
            with yard.fresh() as place:
                found[name] = seconds(partial(work, yard, place))
    return found


def _with_cpu(work: Callable[[], dict[str, float]]) -> tuple[dict[str, float], float]:
    """Return what work gives, and the processor time of the programs it ran and waited for."""
    before = os.times()
    found, after = work(), os.times()
    spent_s = after.children_user - before.children_user
    return found, spent_s + after.children_system - before.children_system


def _result(size_mib: int, files: int, rounds: Sequence[dict[str, float]]) -> Result:
    middle = {name: median(one[name] for one in rounds) for name in rounds[0]}
    rate = {name: size_mib / value for name, value in middle.items() if value}
    peak_mb = max(one["peak"] for one in rounds) / 1e6
    others = [
        f"{name} {middle[name]:.3g} s ({rate['ours'] / rate[name]:.2f} × as fast as it)"
        if name in middle
        else f"{name} is not installed"
        for name in ("restic", "rsync")
    ]
    note = (
        f"[{size_mib} MiB in {files} files; ours {middle['ours']:.3g} s: "
        f"sealed {middle['sealed']:.3g}, L1 and L2 {middle['proven']:.3g}; pipeline "
        f"{middle['pipeline']:.3g} s: written {middle['written']:.3g}, read {middle['read']:.3g}; "
        f"ours, proven, to the pipeline, only written: {middle['written'] / middle['ours']:.2f} ×; "
        f"processor time {middle['ours_cpu']:.3g} s, pipeline {middle['pipeline_cpu']:.3g} s; "
        f"{'; '.join(others)}; memory {peak_mb:.0f} MB (aim ≤ {AIM_MB:g} MB"
        f"{'' if peak_mb <= AIM_MB else ', NOT MET'})]"
    )
    return Result(
        "backup", rate["ours"], "MiB/s", "ssh tar | zstd | age, read back", rate["pipeline"], AIM,
        len(rounds), at_most=False, note=note,
    )  # fmt: skip


def ours(yard: Yard) -> dict[str, float]:
    """Take and prove a set in a process of its own; return its seconds and its memory."""
    with yard.fresh() as place:
        wanted = {
            "tree": str(yard.tree), "port": yard.server.port, "user": getpass.getuser(),
            "key_file": str(yard.server.user_key),
            "key": [yard.server.key.algorithm, yard.server.key.sha256, yard.server.key.line],
        }  # fmt: skip
        (place / "run.json").write_text(json.dumps(wanted))
        done = subprocess.run(
            [sys.executable, "-m", "tests.bench.backup_ours", str(place)],
            cwd=ROOT, capture_output=True, text=True, timeout=_LIMIT_S, check=False,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(done.stderr)
        said = json.loads(done.stdout)
    total = said["capture_s"] + said["proof_s"]
    return {
        "ours": total, "sealed": said["capture_s"], "proven": said["proof_s"],
        "peak": said["peak_bytes"],
    }  # fmt: skip


def pipeline(yard: Yard) -> dict[str, float]:
    """Do with standard tools what one can: write the file, then read it to its end."""
    with yard.fresh() as place:
        key, file = place / "key", place / "files.tar.zst.age"
        _run(["age-keygen", "-o", str(key)])
        recipient = _run(["age-keygen", "-y", str(key)]).decode().strip()
        tar = f"tar -cf - -C {yard.tree.parent} {yard.tree.name}"
        written = seconds(
            lambda: _chain(
                file, [*yard.ssh, yard.login, tar], ["zstd", "-3", "-c"], ["age", "-r", recipient]
            )
        )
        listing = place / "listing"
        read = seconds(
            lambda: _chain(
                listing, ["age", "-d", "-i", str(key), str(file)], ["zstd", "-dc"], ["tar", "-t"]
            )
        )
        assert listing.read_bytes().count(b"\n") > 1
    return {"pipeline": written + read, "written": written, "read": read}


def restic(yard: Yard, place: Path) -> None:
    """Back up to a new repository over SFTP and read all of it again."""
    (place / "password").write_text("bench")
    sftp = " ".join([*yard.ssh, yard.login, "-s", "sftp"])
    words = (
        "restic", "-q", "--no-cache", "-r", f"sftp:{yard.login}:{place}/repository",
        "-o", f"sftp.command={sftp}", "--password-file", str(place / "password"),
    )  # fmt: skip
    _run([*words, "init"])
    _run([*words, "backup", str(yard.tree)])
    _run([*words, "check", "--read-data"])


def rsync(yard: Yard, place: Path) -> None:
    """Copy to an empty folder."""
    shell = " ".join(yard.ssh)
    _run(["rsync", "-a", "-e", shell, f"{yard.login}:{yard.tree}/", f"{place}/copy/"])


def _run(words: Sequence[str]) -> bytes:
    done = subprocess.run(words, capture_output=True, timeout=_LIMIT_S, check=False)
    if done.returncode:
        raise RuntimeError(f"{words[0]}: {done.stderr.decode('utf-8', 'replace')}")
    return done.stdout


def _chain(target: Path, *commands: Sequence[str]) -> None:
    """Run commands as a pipeline into a file; every one of them must end well."""
    with target.open("wb") as out:
        running: list[subprocess.Popen[bytes]] = []
        for number, words in enumerate(commands):
            last = number == len(commands) - 1
            running.append(
                subprocess.Popen(
                    words,
                    stdin=running[-1].stdout if running else subprocess.DEVNULL,
                    stdout=out if last else subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                )
            )
            if number:
                previous = running[-2].stdout
                assert previous is not None
                previous.close()
        ended = [one.wait(_LIMIT_S) for one in running]
    if any(ended):
        raise RuntimeError(f"The pipeline ended with {ended}.")
