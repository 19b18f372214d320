"""How often a test breaks something: a few times in the ordinary run, as promised when soaking."""

import os
import time
from collections.abc import Iterator

SOAK = bool(os.environ.get("CHANGEDESK_SOAK"))
LIMIT_S = float(os.environ.get("CHANGEDESK_SOAK_S") or "inf")
"""How long one soaking test may go on; what it records is how far it came."""


def rounds(ordinary: int, soak: int) -> int:
    """Return how often to try."""
    return soak if SOAK else ordinary


def turns(count: int) -> Iterator[int]:
    """Count from 0, at most so many, until the time is over."""
    begun_s = time.monotonic()
    for turn in range(count):
        if turn and time.monotonic() - begun_s > LIMIT_S:
            return
        yield turn
