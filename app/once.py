"""Things that are made when they are first asked for, so that a start does not wait for them."""

from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T")


class Once(Generic[T]):
    """Calls ``make`` at the first call and returns the same thing ever after; thread-safe.

    Where making fails, the exception goes to the caller and the next call tries again.
    """

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._lock = Lock()
        self._made: list[T] = []

    def __call__(self) -> T:
        """Return the thing, made if needed."""
        if not self._made:
            with self._lock:
                if not self._made:
                    self._made.append(self._make())
        return self._made[0]

    @property
    def made(self) -> T | None:
        """The thing if somebody has asked for it, else None."""
        return self._made[0] if self._made else None
