"""What restic said: its JSON, read with distrust, and its exit codes as causes with a next action.

The codes are those of restic's manual, "Scripting": 3 incomplete, 10 no repository, 11 locked,
12 wrong password. The last three came with 0.17.1; of an older one its words are read instead.
"""

import json
import re

from app.domain.restic import FULL_CODES, ResticDrill, ResticSnapshot
from app.errors import CommandFailed
from app.i18n import _
from app.redaction import without_secrets
from app.services.backup.restic import scripts
from app.services.safe_text import plain

_VERSION = re.compile(r"^restic (\d{1,4})\.(\d{1,4})\.(\d{1,4})", re.MULTILINE)
_RESTORED = re.compile(
    r"^CD-RESTORED (\d{1,12}(?:\.\d+)?) (\d{1,12}(?:\.\d+)?) +(\d{1,12}) (\d{1,18})$", re.MULTILINE
)
_COMPARED = re.compile(r"^CD-COMPARED" + r" (\d{1,12})" * 4 + "$", re.MULTILINE)
_LACKING = re.compile(r"^CD-LACKING (\d{1,12})$", re.MULTILINE)
_ID = re.compile(r"[0-9a-f]{8,64}")
_LONGEST_LINE = 100_000
Cause = tuple[str, str]


def snapshot_of(said: str) -> ResticSnapshot:
    """Read the end of a backup; raises ValueError when it is not there, or not whole."""
    summary = next((one for one in _objects(said) if one.get("message_type") == "summary"), {})
    ident = summary.get("snapshot_id")
    if not isinstance(ident, str) or not _ID.fullmatch(ident):
        raise ValueError("no snapshot was named")
    files, size = _count(summary, "total_files_processed"), _count(summary, "total_bytes_processed")
    return ResticSnapshot(ident, version_of(said), files, size, _count(summary, "data_added"))


def paths_of(said: str, snapshot: str) -> tuple[str, ...]:
    """Return what a snapshot holds, as the repository lists it; nothing when it does not."""
    for line in said.split("\n"):
        try:
            found = json.loads(line) if line.startswith("[") else None
        except (ValueError, RecursionError):
            continue
        for one in found if isinstance(found, list) else ():
            if isinstance(one, dict) and str(one.get("id", "")).startswith(snapshot):
                return tuple(str(path) for path in one.get("paths") or ())
    return ()


def is_sound(said: str) -> bool:
    """Whether a check has said at its end that it found no error."""
    return "\nno errors were found" in f"\n{said}"


def restored_of(said: str) -> ResticDrill:
    """Return what a restore came to; raises ValueError when it did not get to its end."""
    found = _RESTORED.search(said)
    if found is None:
        raise ValueError("no end of a restore")
    begun, ended, files, size = found.groups()
    compared = [[int(n) for n in one.groups()] for one in _COMPARED.finditer(said)]
    same, newer, gone, differ = (sum(n) for n in zip([0] * 4, *compared, strict=True))
    return ResticDrill(
        duration_s=float(ended) - float(begun), files=int(files), size_bytes=int(size),
        same=same, newer=newer, gone=gone, differ=differ,
        lacking=sum(int(one[1]) for one in _LACKING.finditer(said)),
        whole="\nCD-END" in said,
    )  # fmt: skip


def version_of(said: str) -> tuple[int, ...]:
    """Return the version that restic has named, () when it named none."""
    found = _VERSION.search(said)
    return tuple(int(part) for part in found.groups()) if found else ()


def failure(code: int, out: str, err: str, host: str, step: str) -> CommandFailed:
    """Return what went wrong: host, step, cause, and what to do next."""
    text, hint = _cause(code, err)
    last = next((line for line in reversed(err.split("\n")) if line.strip()), "")
    if not text:
        text = _("restic ended with code {code}.").format(code=code)
        asks = _("It counts for nothing. Look at the repository before you try again.")
        hint = f"{without_secrets(plain(last))[:300]} {asks}".strip()
    version = version_of(out)
    if code == 1 and () < version < FULL_CODES:
        old = _("restic {version} is older than 0.17.1: this is read from its words, not a code.")
        hint = f"{hint} {old.format(version='.'.join(map(str, version)))}".strip()
    return CommandFailed(text, hint=hint, host=host, step=step)


def is_locked(code: int, err: str) -> bool:
    """Whether another restic holds the repository, so that nothing was done."""
    return _named(code, err) == "locked"


def speaks_of_data(code: int, err: str) -> bool:
    """Whether a restore failed by what is kept, and not because it could not begin."""
    return _named(code, err) in ("damaged", "")


def _named(code: int, err: str) -> str:
    return {
        scripts.MISSING: "tool", scripts.NO_KEY: "key", scripts.NOT_THERE: "path",
        scripts.NO_ROOM: "room", 3: "partial", 10: "none", 11: "locked", 12: "password",
    }.get(code) or _by_words(err.lower())  # fmt: skip


def _cause(code: int, err: str) -> Cause:
    causes: dict[str, Cause] = {
        "tool": (_("restic is not installed there."), _("Install it, or use our own vault.")),
        "key": (_("The password did not reach the host."), _("Try again.")),
        "path": (
            _("What the plan names is not there: {path}").format(path=_after(err, "CD-MISSING ")),
            _("Mend the plan; nothing was taken."),
        ),
        "room": (
            _("The host has too little room to restore into."), _("Make room; nothing was written.")
        ),
        "partial": (
            _("restic could not read everything, so its snapshot is incomplete: {paths}.").format(
                paths=", ".join(_unread(err)) or _("it did not say what is missing")
            ),
            _("Let an account take it that may read all; the snapshot counts for nothing."),
        ),
        "none": (
            _("There is no repository of restic at that place."),
            _("Its owner makes one with “restic init”, or mends the place."),
        ),
        "locked": (
            _("The repository is locked by another restic."),
            _("Wait for it to end. If none runs, its owner frees it; this program never does."),
        ),
        "password": (_("The repository's password is wrong."), _("Type it again.")),
        "full": (
            _("The disk of the repository is full."),
            _("Make room there; what was taken before is untouched."),
        ),
        "damaged": (
            _("The repository is damaged: restic found errors."),
            _("Do not rely on it; take another backup, and tell its owner."),
        ),
    }  # fmt: skip
    return causes.get(_named(code, err), ("", ""))


def _by_words(err: str) -> str:
    signs = (
        ("password", "wrong password or no key found"), ("locked", "already locked"),
        ("none", "is there a repository at the following location"), ("full", "no space left"),
        ("damaged", "repository contains errors"), ("damaged", "does not match id"),
        ("damaged", "ciphertext verification failed"), ("damaged", "invalid data returned"),
    )  # fmt: skip
    return next((name for name, sign in signs if sign in err), "")


def _after(err: str, sign: str) -> str:
    return plain(err.partition(sign)[2].partition("\n")[0])[:200]


def _unread(err: str) -> list[str]:
    """Return the first things that restic has named as not read."""
    items = (one.get("item") for one in _objects(err) if one.get("message_type") == "error")
    return list(dict.fromkeys(plain(item)[:200] for item in items if isinstance(item, str)))[:3]


def _objects(said: str) -> list[dict[str, object]]:
    found = []
    for line in said.split("\n"):
        if line.startswith("{") and len(line) <= _LONGEST_LINE:
            try:
                one = json.loads(line)
            except (ValueError, RecursionError):
                continue
            found += [one] if isinstance(one, dict) else []
    return found


def _count(summary: dict[str, object], name: str) -> int:
    value = summary.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError(f"{name} is no count")
    return value
