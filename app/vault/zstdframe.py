"""Where a Zstandard frame ends, told from its block headers alone.

The decompressor does not say whether it stopped at the end of a frame or at the end of what it was
given. Layout: RFC 8878, section 3.1.1.
"""

from collections.abc import Callable

_MAGIC = bytes.fromhex("28b52ffd")
_DICTIONARY_BYTES = (0, 1, 2, 4)
_SIZE_BYTES = (0, 2, 4, 8)
_HAS_CHECKSUM, _SINGLE_SEGMENT = 0x04, 0x20
_RLE, _RESERVED = 1, 3


class FrameError(ValueError):
    """This is not one whole Zstandard frame."""


class FrameWalk:
    """Fed with compressed bytes in pieces of any size; knows when one frame is complete."""

    def __init__(self) -> None:
        self._held = bytearray()
        self._skip = 0
        self._wanted = 5
        self._next: Callable[[bytes], None] = self._on_start
        self._checksum_bytes = 0
        self._last = self._ended = False

    @property
    def complete(self) -> bool:
        """Whether the frame has come to its end."""
        return self._ended

    def feed(self, data: bytes) -> None:
        """Take the next bytes; raises FrameError when they cannot belong to the frame."""
        at, end = 0, len(data)
        while at < end:
            if self._ended:
                raise FrameError("Data follows the end of the compressed stream.")
            taken = min(self._skip or self._wanted - len(self._held), end - at)
            if self._skip:
                self._skip -= taken
                self._after_skip()
            else:
                self._held += data[at : at + taken]
                if len(self._held) == self._wanted:
                    block, self._held = bytes(self._held), bytearray()
                    self._next(block)
            at += taken

    def _on_start(self, block: bytes) -> None:
        if block[:4] != _MAGIC:
            raise FrameError("This is not a Zstandard stream.")
        flags = block[4]
        single = bool(flags & _SINGLE_SEGMENT)
        size_bytes = _SIZE_BYTES[flags >> 6] or int(single)
        self._checksum_bytes = 4 if flags & _HAS_CHECKSUM else 0
        self._skip_then_block(int(not single) + _DICTIONARY_BYTES[flags & 3] + size_bytes)

    def _on_block(self, block: bytes) -> None:
        header = int.from_bytes(block, "little")
        self._last, kind, size = bool(header & 1), header >> 1 & 3, header >> 3
        if kind == _RESERVED:
            raise FrameError("The compressed stream is damaged.")
        skip = 1 if kind == _RLE else size
        self._skip_then_block(skip + (self._checksum_bytes if self._last else 0))

    def _skip_then_block(self, skip: int) -> None:
        self._skip, self._wanted, self._next = skip, 3, self._on_block
        self._after_skip()

    def _after_skip(self) -> None:
        self._ended = self._last and not self._skip
