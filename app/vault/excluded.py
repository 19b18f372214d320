"""Exclude patterns of a backup, as tar reads them."""

import fnmatch
import re
from collections.abc import Sequence

from app.services.backup.source_paths import exclude_pattern as exclude_pattern


class Excluded:
    """Patterns as tar reads them.

    They match at the start of any part of a name, ``*`` crosses slashes, and what lies below a
    match is left out as well.
    """

    def __init__(self, patterns: Sequence[str]) -> None:
        plain = [exclude_pattern(pattern) for pattern in patterns]
        self._patterns = [
            re.compile(fnmatch.translate(pattern).encode("utf-8", "surrogateescape"), re.DOTALL)
            for pattern in plain
        ]

    def matches(self, name: bytes) -> bool:
        """Whether a member name, such as ``./srv/a``, is left out."""
        parts = name.split(b"/")
        return any(
            pattern.match(b"/".join(parts[start:end]))
            for start in range(len(parts))
            for end in range(start + 1, len(parts) + 1)
            for pattern in self._patterns
        )

    def matches_itself(self, name: bytes) -> bool:
        """Whether a member is left out although none of the folders around it is."""
        parts = name.split(b"/")
        tails = (b"/".join(parts[start:]) for start in range(len(parts)))
        return any(pattern.match(tail) for tail in tails for pattern in self._patterns)
