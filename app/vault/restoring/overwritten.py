"""What a restore is about to replace, so that a safety set can be taken of it first."""

from collections.abc import Sequence
from dataclasses import replace

from app.domain.backup import BackupSource, SourceKind
from app.domain.restore import RestoreWish
from app.services.ports.world import Remote
from app.vault.dialogue import probe
from app.vault.reading import SetReader
from app.vault.restoring import postgres
from app.vault.restoring.choice import Choice, choose
from app.vault.restoring.mariadb import MariaDb
from app.vault.restoring.moves import existing


def overwritten(reader: SetReader, remote: Remote, wish: RestoreWish) -> Sequence[BackupSource]:
    """Return the sources of a safety set: what is chosen, as far as it is there now."""
    chosen = choose(reader, wish)
    kinds = {one.record.stored.kind for one in chosen}
    files = {path for one in chosen if not one.record.stored.kind.is_server for path in one.places}
    there = existing(remote, files)
    if SourceKind.POSTGRESQL in kinds:
        there |= postgres.databases(remote, probe(remote))
    there |= {
        one.record.source.database
        for one in chosen
        if one.record.stored.kind is SourceKind.MYSQL and _is_there(reader, remote, one)
    }
    found: list[BackupSource] = []
    for one in chosen:
        places = tuple(place for place in one.places if place in there)
        if not places:
            continue
        source = one.record.source
        found.append(replace(source, paths=places) if source.kind is SourceKind.FILES else source)
    return found


def _is_there(reader: SetReader, remote: Remote, one: Choice) -> bool:
    source = one.record.source
    return MariaDb(remote, source, reader.password_of(source)).facts().there
