"""A small TCP proxy that counts what the client sends, and breaks the link in every way."""

import random
import socket
import struct
import threading
from contextlib import suppress
from types import TracebackType
from typing import Self


class Proxy:
    """Stands before a server on loopback; use it as a context manager."""

    def __init__(self, target_port: int, *, listen: tuple[str, int] = ("127.0.0.1", 0)) -> None:
        self._target = ("127.0.0.1", target_port)
        self._server = socket.create_server(listen)
        self._server.settimeout(0.05)
        self._links: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._ended, self._flowing = threading.Event(), threading.Event()
        self._flowing.set()
        self.port = self._server.getsockname()[1]
        self.sent = bytearray()
        """What clients have sent so far."""
        self.answered = 0
        """How many bytes servers have sent so far."""
        self.connections = 0
        self.stall_after: int | None = None
        """Bytes from the server after which nothing moves any more."""
        self.cut_after: int | None = None
        """Bytes from the server after which every connection is reset."""
        self.flip_at: int | None = None
        """The byte from the server of which one bit is turned over, once."""
        self.delay_s = 0.0
        """How long each piece is held back."""
        self.bytes_per_s: float | None = None
        """How much passes in each direction at most."""
        self.lost_share, self.again_s, self.lost = 0.0, 0.0, 0
        """The share of pieces that come late by so much, as after a packet was lost; how many did.
        """
        self._half_closed = False
        self._forgotten: set[socket.socket] = set()
        self._dice = random.Random(20261127)

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._ended.set()
        self._flowing.set()
        for link in self._links:
            link.close()
        for thread in self._threads:
            thread.join()
        self._server.close()

    def stall(self) -> None:
        """Let nothing through any more, but keep the connections open."""
        self._flowing.clear()

    def flow(self) -> None:
        """Let everything through again."""
        self._flowing.set()

    def cut(self) -> None:
        """Reset every connection; new ones are served."""
        links, self._links = self._links, []
        for link in links:
            with suppress(OSError):
                link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            link.close()

    def forget(self) -> None:
        """Let nothing through the present connections ever again, as a router does that has
        forgotten them; new ones are served."""
        self._forgotten |= set(self._links)

    def half_close(self) -> None:
        """Let the server seem to have ended its side of every connection, and nothing else."""
        self._half_closed = True

    def _accept(self) -> None:
        while not self._ended.is_set():
            try:
                near, _ = self._server.accept()
            except TimeoutError:
                continue
            self.connections += 1
            far = socket.create_connection(self._target)
            self._links += [near, far]
            for link in (near, far):
                link.settimeout(0.05)
            self._start(lambda near=near, far=far: self._pump(near, far, from_client=True))
            self._start(lambda near=near, far=far: self._pump(far, near, from_client=False))

    def _pump(self, source: socket.socket, target: socket.socket, *, from_client: bool) -> None:
        passed = 0
        while self._may_go_on(source):
            try:
                data = source.recv(self._piece())
            except TimeoutError:
                continue
            except OSError:
                return
            if self._half_closed and not from_client:
                data = b""
            if from_client:
                self.sent += data
            elif self.stall_after is not None and passed + len(data) > self.stall_after:
                self.stall_after = None
                self.stall()
                continue
            elif self.cut_after is not None and self.answered + len(data) > self.cut_after:
                self.cut_after = None
                self.cut()
                return
            elif self.flip_at is not None and self.answered + len(data) > self.flip_at:
                data = _flipped(data, max(0, self.flip_at - self.answered))
                self.flip_at = None
            passed += len(data)
            self.answered += 0 if from_client else len(data)
            self._hold(len(data))
            if not self._send(target, data):
                return

    def _may_go_on(self, source: socket.socket) -> bool:
        """Wait while nothing is let through; tell whether the proxy is still there."""
        self._flowing.wait()
        while source in self._forgotten and not self._ended.wait(0.05):
            pass
        return not self._ended.is_set()

    def _piece(self) -> int:
        """Return how much is taken at once: on a slow link a little every few moments."""
        return max(256, int(self.bytes_per_s / 20)) if self.bytes_per_s else 65536

    def _hold(self, size: int) -> None:
        pace_s = size / self.bytes_per_s if self.bytes_per_s else 0.0
        late_s = self.again_s if self._dice.random() < self.lost_share else 0.0
        self.lost += late_s > 0
        if self.delay_s + pace_s + late_s > 0:
            self._ended.wait(self.delay_s + pace_s + late_s)

    def _send(self, target: socket.socket, data: bytes) -> bool:
        """Send everything unless the proxy ends first; an empty piece is the end."""
        try:
            if not data:
                target.shutdown(socket.SHUT_WR)
                return False
            while data and not self._ended.is_set():
                self._flowing.wait()
                try:
                    data = data[target.send(data) :]
                except TimeoutError:
                    continue
        except OSError:
            return False
        return True

    def _start(self, work) -> None:
        thread = threading.Thread(target=work, name="proxy")
        self._threads.append(thread)
        thread.start()


def _flipped(data: bytes, place: int) -> bytes:
    """Return bytes with the lowest bit of one of them turned over."""
    place = min(place, len(data) - 1)
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
