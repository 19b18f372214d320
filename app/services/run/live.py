"""What running steps say, as they say it, for whoever wants to watch."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from threading import Lock

Listener = Callable[["Output"], object]


@dataclass(frozen=True, slots=True)
class Output:
    """A piece of a step's output; ``stream`` is ``stdout`` or ``stderr``."""

    run: str
    step: str
    stream: str
    data: bytes
    at: datetime


class LiveOutput:
    """Hands output to listeners, on the thread it came from; listeners must be quick."""

    def __init__(self) -> None:
        self._listeners: tuple[Listener, ...] = ()
        self._lock = Lock()

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Add a listener; return what takes it away again."""
        with self._lock:
            self._listeners = (*self._listeners, listener)

        def leave() -> None:
            with self._lock:
                self._listeners = tuple(item for item in self._listeners if item is not listener)

        return leave

    def say(self, output: Output) -> None:
        """Hand a piece to every listener."""
        for listener in self._listeners:
            listener(output)
