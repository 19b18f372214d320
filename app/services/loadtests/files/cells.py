"""Columns of a block of delimited text, read all rows at once: numbers, words, names.

A block is one array of bytes; a column is where its cells begin and end in it.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.services.loadtests.files.batch import Flags, Ints, Labels
from app.services.loadtests.files.eights import (
    FIRST,
    LAST,
    Bytes,
    Eights,
    digits_of,
    eight,
    eights_at,
    not_digits,
    number_of,
)

PAD = 512
"""Bytes of nothing before and after a block, so that no window leaves it."""
_QUOTE, _SPACE, _MINUS, _ZERO = 34, 32, 45, 48
_WIDEST_EXACT = 15
_WIDEST_INT = 18
_HIGHEST = 10**15
"""Higher ones are higher than any limit, and would not go into 64 bits times a thousand."""
_LONGEST_NAME = 256
_ONES = (1 << 64) - 1


@dataclass(frozen=True, slots=True)
class Cells:
    """The cells of one column: quotes around them are no longer part of them."""

    buf: Bytes
    start: Ints
    end: Ints

    @classmethod
    def of(cls, buf: Bytes, start: Ints, end: Ints) -> "Cells":
        """Take cells as they stand in the file; quotes and blanks around them are taken off."""
        opening, closing = buf[start], buf[end - 1]
        for _blank in range(2):
            first, last = opening == _SPACE, closing == _SPACE
            if not (first.any() or last.any()):
                break
            start = start + (first & (start < end))
            end = end - (last & (start < end))
            opening, closing = buf[start], buf[end - 1]
        quoted = opening == _QUOTE
        if quoted.any():
            quoted &= (end - start >= 2) & (closing == _QUOTE)
            start, end = start + quoted, end - quoted
        return cls(buf, start, end)

    def __len__(self) -> int:
        return len(self.start)

    @property
    def lengths(self) -> Ints:
        """How long each cell is."""
        return self.end - self.start

    def raw(self, row: int) -> bytes:
        """Return one cell; doubled quotes are single ones."""
        return self.buf[self.start[row] : self.end[row]].tobytes().replace(b'""', b'"')

    def rows(self, chosen: Flags) -> "Cells":
        """Return some of the cells."""
        return Cells(self.buf, self.start[chosen], self.end[chosen])

    def integers(self) -> tuple[Ints, Flags]:
        """Return whole numbers without a sign, and which cells hold one."""
        length = self.lengths
        good = (length > 0) & (length <= _WIDEST_INT)
        shortest, longest = int(length.min(initial=_WIDEST_INT)), int(length.max(initial=0))
        value, wrong = np.zeros((2, len(self)), np.uint64)
        for behind in range(0, min(longest, _WIDEST_INT), 8):
            digits = digits_of(eights_at(self.buf, self.end - (behind + 8)))
            if shortest < behind + 8:
                digits &= LAST[np.clip(length - behind, 0, 8)]
            wrong |= not_digits(digits)
            value += number_of(digits) * np.uint64(10**behind)
        if wrong.any():
            good &= wrong == 0
        return value.astype(np.int64), good

    def thousandths(self) -> tuple[Ints, Flags]:
        """Return numbers in thousandths (milliseconds become microseconds), decimals or not."""
        value, good = self.integers()
        value = np.minimum(value, _HIGHEST) * 1000
        for row in np.flatnonzero(~good):
            number = _decimal(self.raw(int(row)))
            if number is not None:
                value[row], good[row] = number, True
        return value, good

    def decimals(self, point: int) -> "tuple[NDArray[np.float64], Flags]":
        """Return plain decimal numbers of up to 15 letters, and which cells hold one.

        Such numbers are exact: a whole number below 2**53 over a power of ten that a float holds
        is rounded once (Clinger, 1990, section 4).

        Args:
            point: The letter that stands before the decimals.
        """
        negative = self.buf[self.start] == _MINUS
        length = self.lengths - negative
        good = (length > 0) & (length <= _WIDEST_EXACT)
        if not good.any():
            return np.full(len(self), np.nan), good
        width = int(length[good].max())
        letters = np.ascontiguousarray(windows(self.buf, width)[self.end - width])
        letters[np.arange(width) < (width - length)[:, None]] = _ZERO
        is_point = letters == point
        letters[is_point] = _ZERO
        letters -= np.uint8(_ZERO)
        points = is_point.sum(axis=1)
        good &= (letters <= 9).all(axis=1) & (points <= 1) & (points < length)
        whole = letters.astype(np.float64) @ 10.0 ** np.arange(width - 1, -1, -1)
        if points.any():  # the point counts as a digit so far
            decimals = np.where(points == 1, width - 1 - is_point.argmax(axis=1), 0)
            behind = np.where(points == 1, whole % 10.0 ** (decimals + 1), 0.0)
            whole = np.where(points == 1, (whole - behind) / 10.0 + behind, whole)
            whole /= 10.0**decimals
        return np.where(negative, -whole, whole), good

    def starts_with(self, words: bytes) -> Flags:
        """Tell which cells begin with these words."""
        size = min(8, len(words))
        found: Flags = (self._first(size) == eight(words[:size])) & (self.lengths >= len(words))
        for row in np.flatnonzero(found) if len(words) > 8 else ():
            found[row] = self.raw(int(row)).startswith(words)
        return found

    def equals(self, words: bytes) -> Flags:
        """Tell which cells hold exactly this word, in capitals or not (up to eight letters)."""
        size = len(words)
        small = self._first(size) | eight(b" " * size)
        same: Flags = (small == eight(words.lower())) & (self.lengths == size)
        return same

    def _first(self, size: int) -> Eights:
        """Return the first bytes of each cell as one number (up to eight)."""
        eights: Eights = eights_at(self.buf, self.start) & FIRST[size]
        return eights


def windows(buf: Bytes, width: int) -> Bytes:
    """Return every run of ``width`` bytes as a row, without a copy.

    As numpy's ``sliding_window_view``, which takes longer to look at its arguments than many
    columns take to be read.
    """
    return np.ndarray((len(buf) - width + 1, width), np.uint8, buf, strides=(1, 1))


def _decimal(raw: bytes) -> int | None:
    try:
        value = float(raw.replace(b",", b"."))
    except ValueError:
        return None
    return round(value * 1000) if 0 <= value < 1e12 else None


class Names:
    """Numbers the labels of a file; a label seen before costs no more than its hash."""

    def __init__(self, labels: Labels) -> None:
        self._labels = labels
        self._hashes: Eights = np.empty(0, np.uint64)
        self._numbers: Ints = np.empty(0, np.int64)
        self._text: list[Eights] = []
        """The labels themselves: their first eight letters, the next eight, and so on."""

    def numbers(self, cells: Cells) -> Ints:
        """Return the number of the label in each cell."""
        long = cells.lengths > _LONGEST_NAME
        if not long.any():
            return self._hashed(cells)
        number = np.empty(len(cells), np.int64)
        number[~long] = self._hashed(cells.rows(~long))
        number[long] = [self._labels.number(cells.raw(int(row))) for row in np.flatnonzero(long)]
        return number

    def _hashed(self, cells: Cells) -> Ints:
        if not len(cells):
            return np.empty(0, np.int64)
        text = _text(cells)
        hashes = _hash(text, cells.lengths)
        while len(self._text) < len(text):
            self._text.append(np.zeros(len(self._hashes), np.uint64))
        place = self._places(hashes)
        known = self._hashes[place] == hashes if len(self._hashes) else np.zeros(len(cells), bool)
        if not known.all():
            self._learn(cells, hashes, text, ~known)
            place = self._places(hashes)
        numbers = self._numbers[place]
        other = np.zeros(len(cells), bool)
        for ours, theirs in zip(self._text, text, strict=False):
            other |= ours[place] != theirs
        for row in np.flatnonzero(other):  # two names with one hash
            numbers[row] = self._labels.number(cells.raw(int(row)))
        return numbers

    def _places(self, hashes: Eights) -> Ints:
        place = np.searchsorted(self._hashes, hashes)
        return np.minimum(place, max(0, len(self._hashes) - 1))

    def _learn(self, cells: Cells, hashes: Eights, text: list[Eights], new: Flags) -> None:
        rows = np.flatnonzero(new)
        _, first = np.unique(hashes[rows], return_index=True)
        rows = rows[np.sort(first)]
        numbers = [self._labels.number(cells.raw(int(row))) for row in rows]
        all_hashes = np.concatenate((self._hashes, hashes[rows]))
        order = np.argsort(all_hashes)
        self._hashes = all_hashes[order]
        self._numbers = np.concatenate((self._numbers, np.array(numbers, np.int64)))[order]
        for at, known in enumerate(self._text):
            fresh = text[at][rows] if at < len(text) else np.zeros(len(rows), np.uint64)
            self._text[at] = np.concatenate((known, fresh))[order]


def _text(cells: Cells) -> list[Eights]:
    """Return the first eight letters of each cell, the next eight and so on, zeros behind."""
    length = cells.lengths
    shortest, longest = int(length.min()), int(length.max())
    text = []
    for at in range(0, max(1, longest), 8):
        letters = eights_at(cells.buf, cells.start + at)
        if shortest < at + 8:
            letters &= FIRST[np.clip(length - at, 0, 8)]
        text.append(letters)
    return text


def _multiplier(number: int) -> int:
    """Return an odd number of the sequence SplitMix64 (Steele and others, 2014).

    numpy's own random numbers would have to be loaded first, which takes as long as many files do.
    """
    mixed = (number + 1) * 0x9E3779B97F4A7C15 & _ONES
    mixed = (mixed ^ mixed >> 30) * 0xBF58476D1CE4E5B9 & _ONES
    mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EB & _ONES
    return (mixed ^ mixed >> 31) | 1


_LENGTH_MULTIPLIER, *_MULTIPLIERS = (np.uint64(_multiplier(number)) for number in range(64))


def _hash(text: list[Eights], length: Ints) -> Eights:
    total: Eights = length.astype(np.uint64) * _LENGTH_MULTIPLIER
    for letters, multiplier in zip(text, _MULTIPLIERS, strict=False):
        total += (letters ^ (letters >> np.uint64(29))) * multiplier
    return total
