"""A tree of mixed files as a server has it: settings, logs, tables, and what is packed already."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

KIB, MIB = 1 << 10, 1 << 20
_WORDS = """
GET POST 200 301 404 500 /shop/cart /shop/order /api/v1/items error timeout connection refused
worker started stopped session user tenant invoice ledger warm cold cache miss hit 127.0.0.1
10.20.30.40 2026-11-14 12:30:01 INFO WARN DEBUG milliseconds upstream
"""
SMALL_SHARE, LOG_SHARE, TABLE_SHARE = 0.05, 0.40, 0.25
"""Shares of the bytes; what is left is random, as pictures and archives are to a compressor."""


def grow(root: Path, total_bytes: int) -> int:
    """Fill ``root`` with about ``total_bytes``, the same for the same size; return the files."""
    rng = np.random.default_rng(20261114)
    parts = (
        ("etc", SMALL_SHARE, _small_sizes(rng), _log),
        ("log", LOG_SHARE, _big_sizes(rng), _log),
        ("data", TABLE_SHARE, _big_sizes(rng), _table),
        ("media", 1.0 - SMALL_SHARE - LOG_SHARE - TABLE_SHARE, _big_sizes(rng), _noise),
    )
    files = 0
    for name, share, sizes, content in parts:
        left = int(total_bytes * share)
        while left > 0:
            size = min(left, next(sizes))
            place = root / name / f"{files // 200:03d}"
            place.mkdir(parents=True, exist_ok=True)
            (place / f"{files:06d}.{name}").write_bytes(content(rng, size))
            left -= size
            files += 1
    return files


def _small_sizes(rng: np.random.Generator) -> Iterator[int]:
    while True:
        yield int(rng.integers(KIB // 2, 32 * KIB))


def _big_sizes(rng: np.random.Generator) -> Iterator[int]:
    """From 64 KiB to 96 MiB, most of them small."""
    while True:
        yield int(64 * KIB * 1536 ** rng.random())


def _log(rng: np.random.Generator, size: int) -> bytes:
    """Lines of words with numbers between them."""
    words = np.array([f"{word} " for word in _WORDS.split()] + ["\n"])
    drawn = words[rng.integers(0, len(words), min(size, 4 * MIB) // 6 + 1)]
    numbers = rng.integers(0, 1 << 31, len(drawn) // 6 + 1)
    drawn[::6] = [f"id={number:x} " for number in numbers[: len(drawn[::6])]]
    return _repeated("".join(drawn).encode(), size, rng)


def _table(rng: np.random.Generator, size: int) -> bytes:
    """Columns of numbers with few high bits, as database pages hold them."""
    count = min(size, 4 * MIB) // 4 + 1
    column: NDArray[np.uint32] = (rng.exponential(3000.0, count)).astype(np.uint32)
    return _repeated(column.tobytes(), size, rng)


def _noise(rng: np.random.Generator, size: int) -> bytes:
    return rng.bytes(size)


def _repeated(piece: bytes, size: int, rng: np.random.Generator) -> bytes:
    """Fill ``size`` with pieces that differ by a mark far beyond any compressor's window."""
    out = bytearray()
    while len(out) < size:
        turn = int(rng.integers(0, len(piece)))
        out += piece[turn:] + piece[:turn]
    return bytes(out[:size])
