"""A long way over loopback: what comes in goes on a while later, however much is under way.

``python -m tests.bench.delay PORT SECONDS`` stands before a port until its input ends; it prints
its own port first. It is a process of its own, so that it takes no turns with what is measured.
"""

import os
import socket
import sys
import time
from contextlib import suppress
from queue import Queue
from threading import Thread

_PIECE = 1 << 18


def main(port: int, delay_s: float) -> None:
    """Serve until the standard input ends."""
    server = socket.create_server(("127.0.0.1", 0))
    Thread(target=_serve, args=(server, port, delay_s), daemon=True).start()
    print(server.getsockname()[1], flush=True)
    sys.stdin.read()
    os._exit(0)  # whatever is under way: nobody waits for it


def _serve(server: socket.socket, port: int, delay_s: float) -> None:
    while True:
        near, _ = server.accept()
        far = socket.create_connection(("127.0.0.1", port))
        for source, target in ((near, far), (far, near)):
            source.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            way: Queue[tuple[float, bytes]] = Queue()  # as long as the delay, so never very full
            Thread(target=_take, args=(source, way, delay_s), daemon=True).start()
            Thread(target=_give, args=(target, way), daemon=True).start()


def _take(source: socket.socket, way: "Queue[tuple[float, bytes]]", delay_s: float) -> None:
    data = b"first"
    while data:
        data = b""
        with suppress(OSError):  # a reset is an end as well
            data = source.recv(_PIECE)
        way.put((time.monotonic() + delay_s, data))


def _give(target: socket.socket, way: "Queue[tuple[float, bytes]]") -> None:
    with suppress(OSError):
        while True:
            due_s, data = way.get()
            time.sleep(max(0.0, due_s - time.monotonic()))
            if not data:
                break
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]))
