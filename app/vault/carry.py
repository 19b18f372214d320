"""What a set leaves out on purpose must survive when the folder around it is swapped.

A folder may hold files its backup excludes by a pattern, and databases that are stored on their
own. They are carried from the old folder into the restored one.
"""

from collections.abc import Iterable

from app.errors import BackupFailed
from app.services.ports.world import Remote
from app.vault.excluded import Excluded
from app.vault.format import ObjectRecord
from app.vault.host_compare import list_folder
from app.vault.producer import Abilities
from app.vault.tree import shown

MAX_CARRIED = 500


def excluded_now(remote: Remote, able: Abilities, record: ObjectRecord, path: str) -> list[str]:
    """Return what lies in the live folder now and matches the exclude patterns of its backup.

    Only the outermost names, relative to ``path``.

    Raises:
        BackupFailed: It cannot be told, or there is too much of it.
    """
    if not record.source.exclude:
        return []
    if "find_printf" not in able.tools:
        raise _cannot(remote, path, "the server cannot list them")
    left_out = Excluded(record.source.exclude)
    prefix = b"." + path.encode("utf-8", "surrogateescape") + b"/"
    live = sorted(list_folder(remote, path))
    names = _outermost(name for name in live if left_out.matches(prefix + name))
    if len(names) > MAX_CARRIED:
        raise _cannot(remote, path, f"there are {len(names)} of them")
    for name in names:
        if b"\n" in name or b"|" in name or not _is_text(name):
            raise _cannot(remote, path, f"{shown(name)} has an unusual name")
    return [name.decode("utf-8") for name in names]


def _outermost(names: Iterable[bytes]) -> list[bytes]:
    kept: list[bytes] = []
    for name in names:
        if not kept or not name.startswith(kept[-1] + b"/"):
            kept.append(name)
    return kept


def _is_text(name: bytes) -> bool:
    try:
        name.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _cannot(remote: Remote, path: str, why: str) -> BackupFailed:
    return BackupFailed(
        f"Files in {path} that the backup leaves out cannot be carried over: {why}.",
        hint="Restore into a folder, and copy what is needed. The original was not touched.",
        host=remote.host.name,
        step="restore",
    )
