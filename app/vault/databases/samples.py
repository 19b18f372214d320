"""A random sample of the values in Redis: as a drill has loaded them, and on the live server."""

from collections.abc import Sequence

from app.errors import BackupFailed, CommandFailed
from app.services.ports.world import Remote
from app.vault.databases.logins import auth_command
from app.vault.databases.producing import redis_options
from app.vault.databases.redis_scripts import ASK, LOOK
from app.vault.dialogue import await_marker, new_nonce
from app.vault.format import ObjectRecord
from app.vault.judging import Ending
from app.vault.reading import SetReader

_IDLE_S = 120.0
Samples = dict[tuple[str, str], str]
"""Digests of values by database and key in hex."""


def samples_in(answers: Sequence[tuple[str, str]]) -> Samples:
    """Read the ``sample DATABASE KEY DIGEST`` answers of a drill; large values have no digest."""
    found: Samples = {}
    for key, value in answers:
        words = value.split()
        if key == "sample" and len(words) == 3 and words[2] != "large":
            found[words[0], words[1]] = words[2]
    return found


def compare_samples(
    reader: SetReader, record: ObjectRecord, remote: Remote, wanted: Samples
) -> str:
    """Ask the live server for the same keys and say how many are the same.

    A server that lives on changes; only when none of many values is the same is it another one.

    Raises:
        BackupFailed: No value is as it is stored.
        CommandFailed: The server did not answer.
    """
    if not wanted:
        return "no value small enough to be compared"
    found = _ask_live(reader, record, remote, wanted)
    same = sum(found.get(key) == digest for key, digest in wanted.items())
    if not same and len(wanted) >= 5:
        raise BackupFailed(
            f"None of {len(wanted)} values picked at random is the same on {remote.host.name}.",
            hint="Check that the set was taken of this server.",
        )
    return f"{same} of {len(wanted)} values picked at random are the same on the live server"


def _ask_live(reader: SetReader, record: ObjectRecord, remote: Remote, wanted: Samples) -> Samples:
    nonce, said = new_nonce(), b""
    commands = auth_command(record.source, reader.password_of(record.source)).decode()
    for database in sorted({database for database, _ in wanted}):
        keys = " ".join(key for base, key in wanted if base == database)
        commands += f"SELECT {database}\nECHO database-{database}\nEVAL '{LOOK}' 0 {keys}\n"
    with remote.stream(ASK, nonce, *redis_options(record.source), idle_s=_IDLE_S) as stream:
        began = await_marker(stream, nonce)
        stream.write(commands.encode())
        stream.close_stdin()
        while chunk := stream.read(1 << 16):
            said += chunk
        ending = Ending(stream.finish(), stream.stderr(), nonce, len(said))
    found = _read((began or b"") + said)
    if ending.exit_code != 0 or not found:
        words = said.decode("utf-8", "replace").strip().splitlines()[:1]
        raise CommandFailed(
            f"Redis did not say what it holds: {''.join(words)[:200] or 'no answer'}.",
            hint="Check that it runs and lets this account use EVAL.",
            host=remote.host.name,
            step="comparison with the source",
        )
    return found


def _read(said: bytes) -> Samples:
    found: Samples = {}
    database = ""
    for line in said.decode("utf-8", "replace").splitlines():
        words = line.split()
        if line.startswith("database-"):
            database = line.removeprefix("database-")
        elif len(words) == 2:
            found[database, words[0]] = words[1]
    return found
