"""Two computers with a wire of our own between them, which loses packets and is as long as we say.

Each is a network of its own of the Linux kernel, whose one card is a program: what the kernel
sends there we read packet by packet, drop some of them, and hand the others to the other side's
kernel, later. So it is the kernel's own TCP that notices the loss and sends again. Nothing of the
machine's own network is touched, and all of it ends with the block. Only root may do so.
"""

import ctypes
import fcntl
import heapq
import os
import random
import select
import shutil
import struct
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

import pytest

NEAR, FAR = "10.99.0.1", "10.99.0.2"
_NEW_NETWORK = 0x40000000
_SET_CARD, _PACKETS_ONLY = 0x400454CA, 0x0001 | 0x1000
_libc = ctypes.CDLL(None, use_errno=True)


@dataclass
class Wire:
    """What lies between the two."""

    near: int
    far: int
    """The namespaces, as open files."""
    lost_share: float = 0.0
    late_s: float = 0.0
    carried: int = 0
    lost: int = 0
    ended: threading.Event = field(default_factory=threading.Event)


@contextmanager
def inside(network: int) -> Iterator[None]:
    """Let this thread, and what it starts, live in a network; sockets stay where they were made."""
    before = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    _enter(network)
    try:
        yield
    finally:
        _enter(before)
        os.close(before)


def _enter(network: int) -> None:
    if _libc.setns(network, _NEW_NETWORK):
        raise OSError(ctypes.get_errno(), "setns")


@contextmanager
def wire(lost_share: float = 0.0, late_s: float = 0.0, *, shaped: str = "") -> Iterator[Wire]:
    """Lay a wire.

    Args:
        lost_share: The share of packets that are dropped, in each direction.
        late_s: How long each one is under way, in seconds.
        shaped: Words of `tc qdisc` for what holds packets back at both ends, such as ``tbf ...``.
    """
    if os.geteuid() != 0 or not shutil.which("ip") or not os.path.exists("/dev/net/tun"):
        pytest.skip("only root may make a network of its own, with iproute2 installed")
    with ExitStack() as stack:
        made = [_computer(stack, own, other, shaped) for own, other in ((NEAR, FAR), (FAR, NEAR))]
        (near, card), (far, other_card) = made
        laid = Wire(near, far, lost_share, late_s)
        carrier = threading.Thread(target=_carry, args=(laid, card, other_card))
        carrier.start()
        try:
            yield laid
        finally:
            laid.ended.set()
            carrier.join()


def _computer(stack: ExitStack, own: str, other: str, shaped: str) -> tuple[int, int]:
    """Make a network with one card; return both as open files."""
    made: list[tuple[int, int]] = []
    errors: list[Exception] = []

    def make() -> None:
        try:
            made.append(_make(own, other, shaped))
        except (OSError, subprocess.CalledProcessError) as error:
            errors.append(error)

    thread = threading.Thread(target=make)  # which alone goes there
    thread.start()
    thread.join()
    if errors:
        pytest.skip(f"this machine's kernel gives nobody a network of its own: {errors[0]}")
    for file in made[0]:
        stack.callback(os.close, file)
    return made[0]


def _make(own: str, other: str, shaped: str) -> tuple[int, int]:
    if _libc.unshare(_NEW_NETWORK):
        raise OSError(ctypes.get_errno(), "unshare")
    card = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(card, _SET_CARD, struct.pack("16sH22x", b"wire", _PACKETS_ONLY))
    words = [
        "ip link set lo up",
        f"ip address add {own} peer {other} dev wire",
        "ip link set wire up",
        *([f"tc qdisc replace dev wire root {shaped}"] if shaped else []),
    ]
    for line in words:
        subprocess.run(line.split(), check=True, capture_output=True)
    return os.open("/proc/thread-self/ns/net", os.O_RDONLY), card


def _carry(laid: Wire, card: int, other_card: int) -> None:
    """Carry packets from each card to the other until the wire is taken away."""
    dice = random.Random(20261127)
    under_way: list[tuple[float, int, int, bytes]] = []
    to = {card: other_card, other_card: card}
    while not laid.ended.is_set():
        for source in select.select(list(to), [], [], 0.002 if under_way else 0.05)[0]:
            packet = os.read(source, 65536)
            laid.carried += 1
            if dice.random() < laid.lost_share:
                laid.lost += 1
                continue
            arrives_s = time.monotonic() + laid.late_s
            heapq.heappush(under_way, (arrives_s, laid.carried, to[source], packet))
        while under_way and under_way[0][0] <= time.monotonic():
            _arrives_s, _number, target, packet = heapq.heappop(under_way)
            os.write(target, packet)
