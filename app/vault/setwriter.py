"""One set while it is written: objects first, then the signature, the manifest last of all."""

import shutil
from pathlib import Path

from app.vault.core import Core
from app.vault.format import Manifest, encode, sha256
from app.vault.layout import sync_dir, write_durably
from app.vault.seal import PackedWriter, Sealed, SealedWriter

LOG_LIMIT_BYTES = 1 << 20
PLAN = "RESTORE-PLAN.txt"
PARTS = ("objects", "index", "log", "verification")


class SetWriter:
    """The folder of a set that is not sealed yet."""

    def __init__(self, core: Core, folder: Path) -> None:
        self.folder = folder
        self._keys = core.keys
        self._recipients = core.record.recipients
        self._step = core.step
        folder.parent.mkdir(mode=0o700, exist_ok=True)
        folder.mkdir(mode=0o700)
        for part in PARTS:
            (folder / part).mkdir(mode=0o700)
        for parent in (folder, folder.parent, core.layout.sets):
            sync_dir(parent)
        self._step("set folder made")

    def open_object(self, name: str, *, packed: bool = False) -> SealedWriter:
        """Begin a stored object; ``packed`` when what comes is compressed already."""
        self._step(f"{name} begins")
        kind = PackedWriter if packed else SealedWriter
        return kind(self.folder / "objects" / name, self._recipients)

    def open_index(self, number: str) -> SealedWriter:
        """Begin the index of an object."""
        return SealedWriter(self.folder / "index" / f"{number}.jsonl.zst.age", self._recipients)

    def commit(self, stream: SealedWriter, name: str) -> Sealed:
        """Make a stream durable under its name."""
        self._step(f"{name} is whole")
        sealed = stream.commit()
        self._step(f"{name} is durable")
        return sealed

    def keep_log(self, number: str, stderr: bytes) -> tuple[int, str]:
        """Keep what a producer said, up to a limit; return its full size and hash."""
        write_durably(self.folder / "log" / f"{number}.stderr", stderr[:LOG_LIMIT_BYTES])
        self._step(f"log {number} is durable")
        return len(stderr), sha256(stderr)

    def keep_plan(self, text: str) -> str:
        """Keep the restore plan in words; return its hash."""
        data = text.encode("utf-8", "backslashreplace")
        write_durably(self.folder / PLAN, data)
        self._step("plan is durable")
        return sha256(data)

    def seal(self, manifest: Manifest) -> str:
        """Write signature and manifest; return the manifest's hash. From here on the set exists."""
        data = encode(manifest)
        self._step("sealing begins")
        write_durably(self.folder / "set.sig", self._keys.sign(data))
        self._step("signature is durable")
        write_durably(self.folder / "set.json", data)
        self._step("manifest is durable")
        return sha256(data)

    def abandon(self) -> None:
        """Remove everything; only for a set that was not sealed."""
        shutil.rmtree(self.folder, ignore_errors=True)
        sync_dir(self.folder.parent)
