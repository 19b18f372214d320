"""One call of a script on a made-up host, and what every answer has at hand."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from app.scripted.machine import Machine
from app.services.ports.world import Clock


@dataclass
class Call:
    """The arguments, what came on stdin so far, and how it ends."""

    machine: Machine
    args: tuple[str, ...]
    clock: Clock
    wait: Callable[[float], object]
    """Lets time pass: the computer's own, or the one of a play."""
    rng: random.Random
    stdin: bytearray = field(default_factory=bytearray)
    stderr: bytearray = field(default_factory=bytearray)
    code: int = 0

    @property
    def now_s(self) -> float:
        """The time on the host (Unix seconds)."""
        return self.clock.now().timestamp()

    def complain(self, text: str, code: int) -> None:
        """Say something on stderr and end with a code."""
        self.stderr += f"{text}\n".encode()
        self.code = code

    def end(self, nonce: str, **codes: int) -> None:
        """Write the closing control line that the vault waits for."""
        told = " ".join(f"{name}={code}" for name, code in codes.items())
        self.stderr += f"\nCD-END {nonce} {told}\n".encode()


Answer = Callable[[Call], Iterator[bytes]]
"""Yields what a script says; what it does happens while it is read."""
