"""Check the whole log: its chain, its end against what lies outside the database, the records."""

from pathlib import Path

from app.domain.event import ChainReport
from app.store.anchors import AnchorDamaged, Anchors
from app.store.chain import check_chain
from app.store.known_seals import known_seals
from app.store.sqlite import reading


def verify_log(database: Path, anchors: Anchors) -> ChainReport:
    """Read every entry and every record once, and say the first that does not fit.

    Works beside a program that goes on writing: anchors are read first, so that what is added
    meanwhile does no harm.

    Raises:
        StoreError: The database cannot be read.
    """
    try:
        known = anchors.read()
    except AnchorDamaged as error:
        return ChainReport(0, "", 1, str(error))
    with reading(database) as connection, known_seals() as seals:
        chain, hashes = check_chain(connection, frozenset(a.size for a in known), seals)
        if chain.intact:
            chain = anchors.judge(chain, known, hashes)
        if not chain.intact:
            return chain
        from app.store.records import check_records  # noqa: PLC0415 - it loads SQLAlchemy

        return check_records(connection, seals, chain)


def log_size(database: Path) -> int:
    """Return how many entries the log has; raises StoreError."""
    with reading(database) as connection:
        (size,) = connection.execute("SELECT coalesce(max(seq), 0) FROM event").fetchone()
    return int(size)
