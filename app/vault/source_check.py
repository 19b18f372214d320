"""L3: whether what is stored is still what the server has.

Files are hashed on the server: all of the paths that do not change by themselves, and a random
sample of the others. A database lives on, so a fresh copy is fetched and compared.
"""

import random
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.domain.backup import Outcome, SourceKind
from app.errors import BackupFailed, CommandFailed
from app.processes import ToolMissing
from app.services.backup.root_readers import HASHES, NO_TOOL
from app.services.ports.world import Remote
from app.vault import scripts
from app.vault.databases.proofs import Case, NotProven, match_database
from app.vault.dialogue import new_nonce, probe, pump
from app.vault.format import ObjectRecord
from app.vault.index import IndexLines
from app.vault.judging import Ending, is_stable
from app.vault.producer import check_path
from app.vault.reading import SetReader
from app.vault.rights import Rights, rights_on
from app.vault.sqlite_check import differences
from app.vault.tarheader import Member, MemberType
from app.vault.tree import shown

SAMPLE = 2000
MAX_STABLE = 100_000
_BATCH_BYTES = 32 * 1024
"""File names sent at once: less than any pipe holds, so that neither side waits for the other."""
_IDLE_S = 300.0
_ESCAPED = re.compile(rb"\\([nr\\])")
_UNESCAPED = {b"n": b"\n", b"r": b"\r", b"\\": b"\\"}


@dataclass(frozen=True, slots=True)
class Found:
    """How the comparison ended, and the words for it."""

    outcome: Outcome
    detail: str


def compare_with_source(reader: SetReader, remote: Remote) -> Found:
    """Compare every object that can be compared, with the rights it was read with.

    Raises:
        RemoteError: The host cannot be asked, or does not let root read any more.
        VaultDamaged: What is stored is not what was sealed.
    """
    has_zero = "sha256sum_z" in probe(remote).tools
    sources = [r.source for r in reader.manifest.captured if r.stored.kind is not SourceKind.FACTS]
    rights = rights_on(remote, sources)
    rights.require(sources)
    found = []
    for record in reader.manifest.captured:
        match record.stored.kind:
            case SourceKind.FILES:
                found.append(_files(reader, record, rights, zero=has_zero))
            case SourceKind.SQLITE:
                found.append(_sqlite(reader, record, rights.remote_of(record.source)))
            case SourceKind.FACTS:
                pass  # a description of one moment; nothing it could still match
            case _:
                found += _database(Case(reader, record, remote))
    outcomes = {item.outcome for item in found}
    for worst in (Outcome.FAILED, Outcome.NOT_DONE):
        if worst in outcomes:
            return Found(worst, "; ".join(i.detail for i in found if i.outcome is worst))
    return Found(Outcome.PASSED, "; ".join(item.detail for item in found))


def _database(case: Case) -> list[Found]:
    """Compare a database of a server; its roles are no part of what is compared."""
    if case.record.is_globals:
        return []
    try:
        return [Found(Outcome.PASSED, match_database(case))]
    except BackupFailed as error:
        return [Found(Outcome.FAILED, error.sentence())]
    except (NotProven, ToolMissing) as error:
        return [Found(Outcome.NOT_DONE, str(error))]


class _Choice:
    """Picks members to compare while the index passes by: all stable ones, a sample of the rest."""

    def __init__(self) -> None:
        self.stable: dict[bytes, str] = {}
        self.sample: list[tuple[bytes, str]] = []
        self.others = 0
        self._random = random.Random()  # noqa: S311 - a sample, not a secret

    def take(self, member: Member, sha256: str) -> None:
        if member.type is not MemberType.FILE or not sha256:
            return
        if is_stable(member.path) and len(self.stable) < MAX_STABLE:
            self.stable[member.path] = sha256
            return
        self.others += 1
        if len(self.sample) < SAMPLE:
            self.sample.append((member.path, sha256))
        elif (place := self._random.randrange(self.others)) < SAMPLE:
            self.sample[place] = (member.path, sha256)


def _files(reader: SetReader, record: ObjectRecord, rights: Rights, *, zero: bool) -> Found:
    choice = _Choice()
    reader.index(record, IndexLines(choice.take))
    wanted = choice.stable | dict(choice.sample)
    if command := rights.by_reader(record.source, HASHES):
        wanted = {path: sha256 for path, sha256 in wanted.items() if b"\n" not in path}
        there = _hashes_by_reader(rights.remote, command, wanted)
    else:
        there = hashes_on_server(rights.remote_of(record.source), "/", wanted, zero=zero)
    differing = [path for path, sha256 in wanted.items() if there.get(path) != sha256]
    if differing:
        names = ", ".join("/" + shown(path) for path in differing[:5])
        return Found(
            Outcome.FAILED,
            f"{len(differing)} of {len(wanted)} files are not on the server as they are stored: "
            f"{names}",
        )
    return Found(
        Outcome.PASSED,
        f"{len(choice.stable)} stable files and {len(choice.sample)} of {choice.others} others "
        "have the same SHA-256 on the server",
    )


def hashes_on_server(
    remote: Remote, base: str, paths: Iterable[bytes], *, zero: bool
) -> dict[bytes, str]:
    """Return the SHA-256 of files below ``base``, as the server computes them.

    Files that are missing or cannot be read are left out. Raises RemoteError.
    """
    found: dict[bytes, str] = {}
    for batch in _batches(paths):
        said = _ask_for_hashes(remote, base, batch, zero=zero)
        for line in said.split(b"\0" if zero else b"\n"):
            sha256, name = _parse_hash(line, zero=zero)
            if sha256:
                found[name.removeprefix(b"./")] = sha256
    return found


def _batches(paths: Iterable[bytes]) -> Iterator[bytes]:
    batch = b""
    for path in paths:
        name = b"./" + path + b"\0"
        if batch and len(batch) + len(name) > _BATCH_BYTES:
            yield batch
            batch = b""
        batch += name
    if batch:
        yield batch


def _ask_for_hashes(remote: Remote, base: str, names: bytes, *, zero: bool) -> bytes:
    words = (base, "-z") if zero else (base,)
    return _said_of(remote, scripts.HASHES, words, names)


def _hashes_by_reader(
    remote: Remote, command: Sequence[str], paths: Iterable[bytes]
) -> dict[bytes, str]:
    """Return what a program that reads as root says; it has read all names before it speaks."""
    names = b"".join(b"./" + path + b"\n" for path in paths)
    said = _said_of(remote, scripts.HASHES_BY, command, names) if names else b""
    parsed = (_parse_hash(line, zero=True) for line in said.split(b"\0"))
    return {name.removeprefix(b"./"): sha256 for sha256, name in parsed if sha256}


def _said_of(remote: Remote, script: str, words: Sequence[str], names: bytes) -> bytes:
    nonce = new_nonce()
    said = bytearray()
    with remote.stream(script, nonce, *words, idle_s=_IDLE_S) as stream:
        stream.write(names)
        stream.close_stdin()
        pump(stream, nonce, said.extend)
        ending = Ending(stream.finish(), stream.stderr(), nonce, len(said))
    code = (ending.control or {}).get("sha256sum")
    if ending.exit_code is None or code is None or code == NO_TOOL:
        raise CommandFailed(
            "Hashing files on the server did not come to its end.",
            hint="Check that sha256sum, xargs and grep are installed there.",
            host=remote.host.name,
            step="comparison with the source",
        )
    return bytes(said)


def _parse_hash(line: bytes, *, zero: bool) -> tuple[str, bytes]:
    """Read ``hash  name``; without ``-z`` a backslash in front says the name is escaped."""
    escaped = not zero and line.startswith(b"\\")
    digest, _, name = line.removeprefix(b"\\" if escaped else b"").partition(b" ")
    if len(digest) != 64:
        return "", b""
    name = name[1:]
    if escaped:
        name = _ESCAPED.sub(lambda match: _UNESCAPED[match[1]], name)
    return digest.decode("ascii", "replace"), name


def _sqlite(reader: SetReader, record: ObjectRecord, remote: Remote) -> Found:
    """Fetch a fresh copy of the database and compare it, table by table."""
    database = check_path(record.source.database)
    with reader.core.scratch() as folder:
        stored, live = folder / "stored.sqlite", folder / "live.sqlite"
        reader.to_file(record, stored)
        if not fetch_sqlite(remote, database, live):
            return Found(Outcome.NOT_DONE, f"{database}: no fresh copy could be fetched")
        same_schema, tables = differences(stored, live)
    if not same_schema:
        return Found(Outcome.FAILED, f"{database}: the live database has another schema")
    moved = f", rows of {', '.join(tables[:5])} have changed since" if tables else ", all rows too"
    return Found(Outcome.PASSED, f"{database}: same schema{moved}")


def fetch_sqlite(remote: Remote, database: str, place: Path) -> bool:
    """Bring a consistent copy of a live database into a new file; return whether it is whole."""
    nonce = new_nonce()
    with (
        open(place, "xb") as file,
        remote.stream(
            scripts.SQLITE, nonce, database, scripts.SQLITE_COPY, idle_s=_IDLE_S
        ) as stream,
    ):
        pump(stream, nonce, file.write)
        ending = Ending(stream.finish(), stream.stderr(), nonce, file.tell())
    return ending.exit_code == 0 and (ending.control or {}).get("bytes") == ending.plain_bytes
