"""SSH agents of the tests."""

import socket
import time
from pathlib import Path


def await_agent(place: Path) -> None:
    """Wait until an agent takes connections: its socket lies there a moment before."""
    end_s = time.monotonic() + 10
    while True:
        with socket.socket(socket.AF_UNIX) as asking:
            if asking.connect_ex(str(place)) == 0:
                return
        assert time.monotonic() < end_s
        time.sleep(0.02)
