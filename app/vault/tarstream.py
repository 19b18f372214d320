"""A tar stream taken apart while it passes by, without ever seeking back or trusting a length.

Understands ustar, pax (with GNU sparse 1.0) and GNU long names, which is what GNU tar, bsdtar and
busybox write. Names are bytes: a server's file names need not be text. Nothing is written here.
"""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from app.unpacking import MOST_MEMBERS
from app.vault.tarheader import (
    BLOCK,
    EXTENSIONS,
    MAX_META_BYTES,
    MAX_RECORDS,
    Header,
    Member,
    MemberType,
    SparseMap,
    TarError,
    member_of,
    padding,
    parse_header,
    parse_pax,
)

MAX_HASHED_HOLES_BYTES = 1 << 30
"""Holes beyond this are not hashed: a sparse file may claim terabytes."""


class MemberHandler(Protocol):
    """Is told of every member as it passes."""

    def begin(self, member: Member) -> None:
        """A member starts."""
        ...

    def data(self, offset: int, chunk: memoryview) -> None:
        """Content of the current member, at its place in the file; holes are left out."""
        ...

    def end(self, member: Member, sha256: str) -> None:
        """A member is complete; the hash is "" for anything but files with hashable holes."""
        ...


class TarReader:
    """Fed with the bytes of an archive in pieces of any size; tells handlers what is in it."""

    def __init__(self, *handlers: MemberHandler, max_members: int = MOST_MEMBERS) -> None:
        self._handlers = handlers
        self._max_members = max_members
        self._held = bytearray()
        self._wanted = BLOCK
        self._collect: Callable[[bytes], None] = self._on_header
        self._pax: dict[str, bytes] = {}
        self._global: dict[str, bytes] = {}
        self._body: _Body | None = None
        self._padding = self._padding_after = 0
        self._zero_blocks = 0
        self.members = 0
        self.content_bytes = 0

    def feed(self, data: bytes) -> None:
        """Take the next bytes; raises TarError as soon as they make no sense."""
        view = memoryview(data)
        while view:
            if self._body is not None:
                view = view[self._body.take(view) :]
                if self._body.left == 0:
                    self._end_member()
            elif self._padding:
                skipped = min(self._padding, len(view))
                self._padding -= skipped
                view = view[skipped:]
            elif not self._held and len(view) >= self._wanted:
                block, view = bytes(view[: self._wanted]), view[self._wanted :]
                self._collect(block)
            else:
                taken = min(self._wanted - len(self._held), len(view))
                self._held += view[:taken]
                view = view[taken:]
                if len(self._held) == self._wanted:
                    block, self._held = bytes(self._held), bytearray()
                    self._collect(block)

    @property
    def in_head(self) -> bool:
        """Whether the next bytes are a header or an extension, not content or its padding."""
        return self._body is None and not self._padding

    @property
    def ahead(self) -> int:
        """How many bytes follow before that may change; at least one."""
        if self._body is not None:
            return self._body.left
        return self._padding or self._wanted - len(self._held)

    def finish(self) -> None:
        """Raise TarError unless the archive's own end was seen and nothing follows it."""
        if self._zero_blocks < 2:
            raise TarError("The archive ends without its end mark.")
        if self._held or self._padding or self._body is not None:
            raise TarError("The archive is cut short.")

    def _on_header(self, block: bytes) -> None:
        if not any(block):
            self._zero_blocks += 1
            return
        if self._zero_blocks:
            raise TarError("Data follows the end of the archive.")
        header = parse_header(block)
        if header.kind in EXTENSIONS:
            self._expect_meta(header)
            return
        self._begin_member(header)

    def _expect_meta(self, header: Header) -> None:
        if not 0 < header.size <= MAX_META_BYTES:
            raise TarError(f"A name or extension of {header.size} bytes is beyond the limit.")
        self._wanted = header.size + padding(header.size)

        def on_meta(payload: bytes) -> None:
            self._on_meta(header.kind, payload[: header.size])

        self._collect = on_meta

    def _on_meta(self, kind: bytes, payload: bytes) -> None:
        if kind == b"L":
            self._pax["path"] = payload.rstrip(b"\0")
        elif kind == b"K":
            self._pax["linkpath"] = payload.rstrip(b"\0")
        else:
            target = self._global if kind == b"g" else self._pax
            target.update(parse_pax(payload))
            if len(self._global) > MAX_RECORDS:
                raise TarError("The headers for all members hold too many records.")
        self._expect_header()

    def _expect_header(self) -> None:
        self._wanted, self._collect = BLOCK, self._on_header

    def _begin_member(self, header: Header) -> None:
        self.members += 1
        if self.members > self._max_members:
            raise TarError(
                f"More than {self._max_members:,} members: split what is backed up here."
            )
        pax, self._pax = {**self._global, **self._pax}, {}
        member, stored = member_of(header, pax)
        self._padding_after = padding(stored)
        if pax.get("GNU.sparse.major") == b"1":
            self._expect_map(replace(member, sparse=True), stored)
            return
        if any(name.startswith("GNU.sparse.") for name in pax):
            raise TarError("The archive uses an old form of sparse files.")
        self._start(member, [(0, stored)] if stored else [])

    def _expect_map(self, member: Member, stored: int) -> None:
        sparse = SparseMap()
        self._wanted = BLOCK

        def on_block(block: bytes) -> None:
            if sparse.take(block):
                segments = sparse.segments(member.size)
                if sum(length for _, length in segments) != stored - sparse.size:
                    raise TarError("The map of a sparse file does not fit its data.")
                self._expect_header()
                self._start(member, segments)

        self._collect = on_block

    def _start(self, member: Member, segments: list[tuple[int, int]]) -> None:
        for handler in self._handlers:
            handler.begin(member)
        self._body = _Body(member, segments, self._handlers)
        if self._body.left == 0:
            self._end_member()

    def _end_member(self) -> None:
        body, self._body = self._body, None
        if body is None:
            return
        self._padding = self._padding_after
        self.content_bytes += body.stored
        sha256 = body.finish()
        for handler in self._handlers:
            handler.end(body.member, sha256)


class _Body:
    """The content of one member: hands data on at its place and hashes it with its holes."""

    def __init__(
        self, member: Member, segments: list[tuple[int, int]], handlers: tuple[MemberHandler, ...]
    ) -> None:
        self.member = member
        self.stored = self.left = sum(length for _, length in segments)
        self._segments = [segment for segment in reversed(segments) if segment[1]]
        self._handlers = handlers
        self._at = 0
        is_hashed = member.size - self.left <= MAX_HASHED_HOLES_BYTES
        self._hash = hashlib.sha256() if member.type is MemberType.FILE and is_hashed else None

    def take(self, view: memoryview) -> int:
        """Use the start of ``view``; return how many bytes were used."""
        start, length = self._segments.pop()
        chunk = view[:length]
        self._skip_to(start)
        if self._hash is not None:
            self._hash.update(chunk)
        for handler in self._handlers:
            handler.data(start, chunk)
        used = len(chunk)
        self._at += used
        self.left -= used
        if used < length:
            self._segments.append((start + used, length - used))
        return used

    def finish(self) -> str:
        """Return the hash of the whole file."""
        self._skip_to(self.member.size)
        return self._hash.hexdigest() if self._hash is not None else ""

    def _skip_to(self, offset: int) -> None:
        hole, self._at = offset - self._at, offset
        if self._hash is not None:
            while hole > 0:
                self._hash.update(_ZEROS[:hole])
                hole -= len(_ZEROS)


_ZEROS = memoryview(bytes(1 << 16))
