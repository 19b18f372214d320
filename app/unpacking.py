"""How much a packed file may hold: what claims far more than it can mean is refused as a bomb.

It counts for everything that is unpacked here, wherever it comes from: backup sets, archives a
server packs, results of load tests, workbooks, dossiers.
"""

MOST_MEMBERS = 1_000_000
"""Files in one archive."""
MOST_RATIO = 1000
"""Bytes that may come out of one packed byte."""
FREE_BYTES = 256 << 20
"""So much may come out of anything: it passes by in pieces, and does no harm."""


def is_bomb(packed_bytes: int, unpacked_bytes: int) -> bool:
    """Whether so few bytes have become, or claim to be, too many."""
    return unpacked_bytes > FREE_BYTES and unpacked_bytes > MOST_RATIO * packed_bytes
