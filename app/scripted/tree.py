"""The files of a made-up host: listed, packed, unpacked, hashed, moved."""

import hashlib
import io
import tarfile
from collections.abc import Iterable

from app.scripted.machine import Machine, Node, folders_above

Files = dict[str, Node]


def below(files: Files, path: str) -> list[str]:
    """Return a path and everything in it, in order."""
    inside = f"{path.rstrip('/')}/"
    return sorted(name for name in files if name == path or name.startswith(inside))


def pack(files: Files, paths: Iterable[str]) -> bytes:
    """Return paths as a tar archive, each name with a dot in front."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name in (name for path in paths for name in below(files, path)):
            node = files[name]
            info = tarfile.TarInfo(f".{name}")
            info.mode, info.mtime = node.mode, node.at_s
            info.type = tarfile.DIRTYPE if node.folder else tarfile.REGTYPE
            info.size = 0 if node.folder else len(node.data)
            archive.addfile(info, io.BytesIO(node.data))
    return out.getvalue()


def unpack(machine: Machine, data: bytes, side: str, wanted: str) -> None:
    """Put the members of an archive that lie in one path, or all, below a folder, as they were."""
    machine.files[side] = Node(folder=True, mode=0o700)
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        for info in archive:
            name = info.name.removeprefix(".")
            if wanted and name != wanted and not name.startswith(f"{wanted}/"):
                continue
            member = archive.extractfile(info)
            text = member.read().decode("utf-8", "surrogateescape") if member else ""
            path = f"{side}{name}"
            for folder in folders_above(path):
                machine.files.setdefault(folder, Node(folder=True, mode=0o755))
            machine.files[path] = Node(text, info.isdir(), info.mode, int(info.mtime))


def listing(files: Files, folder: str, *, itself: bool = False) -> bytes:
    """Return what ``find -printf`` says of everything in a folder, perhaps of itself too."""
    told = bytearray()
    for number, name in enumerate(below(files, folder)[not itself :], start=1000):
        node = files[name]
        kind, size = ("d", 4096) if node.folder else ("f", len(node.data))
        figures = f"{kind} {node.mode:o} 0 0 {size} {node.at_s}.0000000000 {number}"
        inner = f"./{name[len(folder) + 1 :]}" if name != folder else "."
        told += f"{figures}\0{inner}\0\0".encode("utf-8", "surrogateescape")
    return bytes(told)


def hashes(files: Files, base: str, names: Iterable[bytes], end: bytes) -> bytes:
    """Return what ``sha256sum`` says of files below a folder; missing ones are left out."""
    told = bytearray()
    for raw in names:
        name = raw.decode("utf-8", "surrogateescape").removeprefix("./")
        node = files.get(f"{base.rstrip('/')}/{name}")
        if node is not None and not node.folder:
            told += hashlib.sha256(node.data).hexdigest().encode() + b"  " + raw + end
    return bytes(told)


def move(files: Files, source: str, target: str) -> bool:
    """Give a file or a folder another name; return whether it was there."""
    names = below(files, source)
    for name in names:
        files[target + name[len(source) :]] = files.pop(name)
    return bool(names)


def remove(files: Files, path: str) -> None:
    """Take a file or a folder away."""
    for name in below(files, path):
        del files[name]
