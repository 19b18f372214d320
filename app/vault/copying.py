"""Copying a sealed set to another place: a folder here, such as another disk, or of a host.

The place becomes a vault of its own, which the same tools and the same keys open. A set arrives
under a temporary name, every file is read there again and compared by its hash, and only then gets
its name: what looks like a copy is one.
"""

import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from shutil import rmtree
from time import monotonic
from typing import Protocol

from app.domain.backup import SetCopy
from app.domain.host import Stage
from app.errors import BackupFailed, CommandFailed, IllegalMove, InvalidInput, RemoteError
from app.i18n import _
from app.redaction import last_words
from app.services.ports.vault import CopyPlace
from app.services.ports.world import FileHost, Remote
from app.tasks import TaskContext
from app.vault import copy_scripts as scripts
from app.vault import locks
from app.vault.copy_sftp import BySftp
from app.vault.core import Core
from app.vault.dialogue import ask, new_nonce
from app.vault.layout import disk_full, free_bytes, room_for, sync_dir
from app.vault.notes import SealedSet
from app.vault.producer import check_path

_CHUNK_BYTES = 1 << 20
_SPARE_BYTES = 16 << 20
_ASK_S = 60.0
_HASH_S = 6 * 3600.0

OnBytes = Callable[[int], object]


class Far(Protocol):
    """Where a copy goes; names are relative to its root."""

    @property
    def where(self) -> str:
        """The place in words."""
        ...

    def begin(self, part: str, final: str, needed_bytes: int) -> bool:
        """Make ``part`` with all above it; return False when ``final`` is there already."""
        ...

    def put(self, source: Path, name: str, on_bytes: OnBytes) -> None:
        """Write one file durably; its folder is made where needed."""
        ...

    def hashes(self, names: list[str]) -> dict[str, str]:
        """Read files again and return their SHA-256."""
        ...

    def rename(self, part: str, final: str) -> None:
        """Give a folder its name."""
        ...

    def discard(self, folder: str) -> None:
        """Remove an unfinished folder."""
        ...


def copy_set(
    core: Core, sealed: SealedSet, place: CopyPlace, remote: Remote | None, context: TaskContext
) -> SetCopy:
    """Copy and verify a set; see `app.services.ports.vault.Vault.copy`."""
    started_s = monotonic()
    files = _files(sealed)
    total = sum(path.stat().st_size for path in files.values())
    final = sealed.folder.relative_to(core.layout.root).as_posix()
    part = f"{final}.part-{new_nonce()[:8]}"
    busy = _("This set is being copied already.")
    with ExitStack() as stack:
        lock = core.layout.work_lock(f"copy-{sealed.manifest.set}")
        stack.enter_context(locks.hold_new(lock, what=busy))
        far = _way_to(core, place, remote, stack)
        if not far.begin(part, final, total + _SPARE_BYTES):
            raise IllegalMove(_("{where} holds this set already.").format(where=far.where))
        try:
            _write(far, part, files, total, context)
            _compare(far, part, files, sealed)
            _bring_vault_files(core, far)
            far.rename(part, final)
        except BaseException:
            with suppress(Exception):
                far.discard(part)
            raise
    return SetCopy(
        far.where, core.clock.now(), len(files), total, round(monotonic() - started_s, 3)
    )


def _way_to(core: Core, place: CopyPlace, remote: Remote | None, stack: ExitStack) -> Far:
    """Choose how to write there: here, by commands of a host, or by SFTP where it runs none."""
    if remote is None:
        return _InFolder(core, place.folder)
    on_host = _OnHost(remote, place.folder)
    try:
        on_host.look()
    except RemoteError as refusal:
        runs_none = isinstance(refusal, CommandFailed) or refusal.step == Stage.COMMAND
        if not runs_none or not isinstance(remote, FileHost):
            raise
        try:
            files = stack.enter_context(remote.files())
        except RemoteError:
            raise refusal from None
        return BySftp(files, remote.host.name, place.folder)
    return on_host


def _files(sealed: SealedSet) -> dict[str, Path]:
    """Return every file of a set by its name in it, the manifest last."""
    found: dict[str, Path] = {}
    for path in sorted(sealed.folder.rglob("*")):
        if path.is_file() and not path.name.endswith(".part"):
            found[path.relative_to(sealed.folder).as_posix()] = path
    manifest = found.pop("set.json")
    return {**found, "set.json": manifest}


def _write(far: Far, part: str, files: dict[str, Path], total: int, context: TaskContext) -> None:
    done = 0

    def count(size: int) -> None:
        nonlocal done
        done += size
        context.progress(done, total, far.where)

    for name, path in files.items():
        far.put(path, f"{part}/{name}", count)


def _compare(far: Far, part: str, files: dict[str, Path], sealed: SealedSet) -> None:
    """Hash everything at the far side; objects must be what was sealed, not what lies here now."""
    wanted = {name: _hash_of(path) for name, path in files.items()}
    for record in sealed.manifest.captured:
        wanted[f"objects/{record.stored.name}"] = record.stored.stored_sha256
        if record.index is not None:
            name = sealed.index_path(record).relative_to(sealed.folder).as_posix()
            wanted[name] = record.index.stored_sha256
    found = far.hashes([f"{part}/{name}" for name in wanted])
    wrong = [name for name, sha256 in wanted.items() if found.get(f"{part}/{name}") != sha256]
    if wrong:
        raise BackupFailed(
            _("The copy in {where} differs: {names}.").format(
                where=far.where, names=", ".join(wrong[:5])
            ),
            hint=_("Prove the set here first, then copy it again. No copy was kept."),
            step="copy",
        )


def _bring_vault_files(core: Core, far: Far) -> None:
    """Let the place be a vault of its own: who may open it, and how without this program."""
    names = [path.name for path in (core.layout.vault_file, core.layout.how_to)]
    here = {name: _hash_of(core.layout.root / name) for name in names}
    there = far.hashes(names)
    for name in names:
        if there.get(name) not in (None, here[name]):
            raise IllegalMove(
                _("{where} holds another vault, or this one before its key was changed.").format(
                    where=far.where
                ),
                hint=_("Choose a folder of its own for the copies under the present key."),
            )
        if name not in there:
            far.put(core.layout.root / name, name, lambda size: None)


def _hash_of(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        for piece in _pieces(file.read):
            digest.update(piece)
    return digest.hexdigest()


def _pieces(read: Callable[[int], bytes]) -> Iterator[bytes]:
    while piece := read(_CHUNK_BYTES):
        yield piece


class _InFolder:
    """A folder this computer can write to."""

    def __init__(self, core: Core, folder: str) -> None:
        self._root = Path(folder).expanduser()
        if not self._root.is_absolute() or not self._root.is_dir():
            raise InvalidInput(_("{folder} is not a folder here.").format(folder=folder))
        if core.layout.root.resolve() in (self._root.resolve(), *self._root.resolve().parents):
            raise InvalidInput(_("A copy inside the vault itself would be lost with it."))

    @property
    def where(self) -> str:
        return str(self._root)

    def begin(self, part: str, final: str, needed_bytes: int) -> bool:
        if (self._root / final).exists():
            return False
        if free_bytes(self._root) < needed_bytes:
            raise disk_full(self._root, needed_bytes)
        for left in (self._root / final).parent.glob(f"{Path(final).name}.part-*"):
            rmtree(left, ignore_errors=True)
        (self._root / part).mkdir(mode=0o700, parents=True)
        return True

    def put(self, source: Path, name: str, on_bytes: OnBytes) -> None:
        target = self._root / name
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
        with (
            room_for(self._root, source.stat().st_size),
            open(handle, "wb") as out,
            source.open("rb") as file,
        ):
            for piece in _pieces(file.read):
                out.write(piece)
                on_bytes(len(piece))
            out.flush()
            os.fsync(out.fileno())
            if hasattr(os, "posix_fadvise"):  # so that it is read from the disk afterwards
                os.posix_fadvise(out.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        sync_dir(target.parent)

    def hashes(self, names: list[str]) -> dict[str, str]:
        places = {name: self._root / name for name in names}
        return {name: _hash_of(path) for name, path in places.items() if path.is_file()}

    def rename(self, part: str, final: str) -> None:
        (self._root / part).rename(self._root / final)
        sync_dir((self._root / final).parent)

    def discard(self, folder: str) -> None:
        rmtree(self._root / folder, ignore_errors=True)


class _OnHost:
    """A folder of a host, over the connection the program has to it."""

    def __init__(self, remote: Remote, folder: str) -> None:
        self._remote, self._root = remote, check_path(folder)

    @property
    def where(self) -> str:
        return f"{self._remote.host.name}:{self._root}"

    def look(self) -> None:
        """Raise RemoteError where commands are not answered."""
        self._ask(scripts.LOOK)

    def begin(self, part: str, final: str, needed_bytes: int) -> bool:
        answers = dict(self._ask(scripts.BEGIN, part, final, str(needed_bytes >> 10)))
        if answers.get("refused"):
            raise BackupFailed(
                _("{where} cannot take a copy: {why}.").format(
                    where=self.where, why=answers["refused"]
                ),
                host=self._remote.host.name,
                step="copy",
            )
        return answers.get("begun") == "yes"

    def put(self, source: Path, name: str, on_bytes: OnBytes) -> None:
        with (
            self._remote.stream(scripts.PUT, self._root, name) as stream,
            source.open("rb") as file,
        ):
            for piece in _pieces(file.read):
                stream.write(piece)
                on_bytes(len(piece))
            stream.close_stdin()
            code = stream.finish(_ASK_S)
            said = last_words(stream.stderr())
        if code != 0:
            raise BackupFailed(
                _("{where} did not take {name}.").format(where=self.where, name=name),
                hint=said or _("Look at its disk and its rights. No copy was kept."),
                host=self._remote.host.name,
                step="copy",
            )

    def hashes(self, names: list[str]) -> dict[str, str]:
        found: dict[str, str] = {}
        for name in names:
            answers = dict(self._ask(scripts.HASH, name, limit_s=_HASH_S))
            if sha256 := answers.get("sha256", ""):
                found[name] = sha256
        return found

    def rename(self, part: str, final: str) -> None:
        if dict(self._ask(scripts.RENAME, part, final)).get("renamed") != "yes":
            raise BackupFailed(
                _("{where} did not give the copy its name.").format(where=self.where), step="copy"
            )

    def discard(self, folder: str) -> None:
        self._ask(scripts.DISCARD, folder)

    def _ask(self, script: str, *words: str, limit_s: float = _ASK_S) -> list[tuple[str, str]]:
        return ask(self._remote, script, self._root, *words, limit_s=limit_s)
