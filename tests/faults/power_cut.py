"""What a disk may hold after the power was cut: all that was synced, and any part of the rest.

A program is watched by strace while it writes. Its writes are replayed up to some moment; of those
that no sync has covered by then each is there, lost, or torn at a sector, as a dice has it. A name
that was removed may be there again, and one that was given lost until its folder was synced.
"""

import random
import re
import subprocess
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

CALLS = "openat,pwrite64,write,ftruncate,fsync,fdatasync,unlink,rename"
SECTOR = 512
_LINE = re.compile(rb"^\d+ +(\w+)\((.*)\) += (-?\d+)")
_TEXT = re.compile(rb'"((?:\\x[0-9a-f]{2})*)"')
_HANDLE = re.compile(rb"^(\d+)<((?:\\x[0-9a-f]{2})*)>")


@dataclass(frozen=True, slots=True)
class Op:
    """One thing that was asked of the disk, or ``said``: what the program put out by then."""

    call: str
    path: str = ""
    data: bytes = b""
    at: int = 0


def watched(command: Sequence[str], trace: Path, **how: object) -> list[Op]:
    """Run a program to its end and return all that it asked of the disk, in its order."""
    words = ["strace", "-f", "--seccomp-bpf", "-y", "-xx", "-s", "4000000"]
    words += ["-e", f"trace={CALLS}", "-o", str(trace)]
    subprocess.run([*words, *command], check=True, timeout=300, stdout=subprocess.DEVNULL, **how)
    ops: list[Op] = []
    place: dict[bytes, int] = {}
    for line in _whole(trace.read_bytes().splitlines()):
        found = _LINE.match(line)
        if found and int(found[3]) >= 0:
            ops += _op(found[1].decode(), found[2], int(found[3]), place)
    return ops


def _whole(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Put calls together that others came between; they count from their end."""
    begun: dict[bytes, bytes] = {}
    for line in lines:
        thread, _space, rest = line.partition(b" ")
        if line.endswith(b"<unfinished ...>"):
            begun[thread] = line.removesuffix(b"<unfinished ...>").rstrip()
        elif b"resumed>" in rest[:60]:
            yield begun.pop(thread, b"") + rest.partition(b"resumed>")[2]
        else:
            yield line


def _op(call: str, words: bytes, result: int, place: dict[bytes, int]) -> list[Op]:
    texts = [_plain(text) for text in _TEXT.findall(words)]
    handle = _HANDLE.match(words)
    path = _plain(handle[2]).decode("utf-8", "replace") if handle else ""
    match call:
        case "openat":
            place[b"%d" % result] = 0
            cut = b"O_TRUNC" in words
            return [Op("ftruncate", texts[0].decode("utf-8", "replace"))] if cut else []
        case "pwrite64":
            return [Op("write", path, texts[0], int(words.rsplit(b", ", 1)[1]))]
        case "write" if handle and handle[1] == b"1":
            return [Op("said", data=texts[0])]
        case "write" if handle:
            at = place.get(handle[1], 0)
            place[handle[1]] = at + result
            return [Op("write", path, texts[0][:result], at)]
        case "ftruncate":
            return [Op(call, path, at=int(words.rsplit(b", ", 1)[1]))]
        case "fsync" | "fdatasync":
            return [Op("sync", path)]
        case "unlink":
            return [Op(call, texts[0].decode("utf-8", "replace"))]
        case "rename":
            return [Op(call, texts[0].decode("utf-8", "replace"), texts[1])]
    return []


def _plain(text: bytes) -> bytes:
    return bytes.fromhex(text.replace(b"\\x", b"").decode())


@dataclass
class Disk:
    """A folder as it is on the disk, and what was asked of it since the last sync of each file."""

    root: Path
    synced: dict[str, bytes] = field(default_factory=dict)
    asked: dict[str, list[Op]] = field(default_factory=lambda: defaultdict(list))
    removed: dict[str, bytes] = field(default_factory=dict)
    renamed: list[tuple[str, str]] = field(default_factory=list)

    def do(self, op: Op) -> None:
        """Take the next thing that was asked; what is not of this folder is none of its."""
        if not op.path.startswith(f"{self.root}/"):
            return
        match op.call:
            case "sync" if op.path not in self.synced and op.path not in self.asked:
                self.renamed = [one for one in self.renamed if one[1].rpartition("/")[0] != op.path]
            case "sync":
                self.synced[op.path] = self._with(op.path, self.asked.pop(op.path, []))
            case "unlink":
                self.removed[op.path] = self.synced.pop(op.path, b"")
                self.asked.pop(op.path, None)
            case "rename":
                target = op.data.decode()
                self.renamed.append((op.path, target))
                self.synced[target] = self.synced.pop(op.path, b"")
                self.asked[target] = self.asked.pop(op.path, [])
            case _:
                self.removed.pop(op.path, None)
                self.asked[op.path].append(op)

    def after_a_cut(self, dice: random.Random) -> dict[str, bytes]:
        """Return what may be there when the power comes back."""
        left = {}
        for path in {*self.synced, *self.asked}:
            kept = [torn for op in self.asked.get(path, []) for torn in _fate(op, dice)]
            left[path] = self._with(path, kept)
        for before, after in reversed(self.renamed):
            if after in left and dice.random() < 0.5:
                left[before] = left.pop(after)
        back = {path: data for path, data in self.removed.items() if dice.random() < 0.5}
        return {**back, **left}

    def _with(self, path: str, ops: Sequence[Op]) -> bytes:
        data = bytearray(self.synced.get(path, b""))
        for op in ops:
            if op.call == "ftruncate":
                data[:] = data[: op.at].ljust(op.at, b"\0")
            else:
                data[:] = data.ljust(op.at, b"\0")
                data[op.at : op.at + len(op.data)] = op.data
        return bytes(data)


def _fate(op: Op, dice: random.Random) -> list[Op]:
    match dice.randrange(3):
        case 0:
            return []
        case 1 if op.call == "write" and len(op.data) > SECTOR:
            whole = SECTOR * dice.randrange(1, -(-len(op.data) // SECTOR))
            return [Op(op.call, op.path, op.data[:whole], op.at)]
        case _:
            return [op]
