"""The demo's shop: a small web service with a real SQLite database and a real config file.

It answers GET /health and GET /orders?customer=N. How fast depends on what is really there: the
config's cache, and whether the database has an index on the customer. Standard library only.
"""

import configparser
import json
import sqlite3
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

QUERY = """
SELECT count(*), total(amount), max(placed) FROM orders WHERE customer = ?
"""


class Shop:
    """One shop: its folder holds shop.ini and orders.sqlite."""

    def __init__(self, folder: Path) -> None:
        config = configparser.ConfigParser()
        config.read(folder / "shop.ini")
        self.release = config["shop"]["release"]
        self._cache_pages = config.getint("database", "cache_pages")
        self._file = folder / "orders.sqlite"
        self._local = threading.local()

    def orders(self, customer: int) -> dict[str, object]:
        """Sum up the orders of a customer, with the time the query took."""
        began = time.perf_counter()
        count, total, last = self._connection().execute(QUERY, (customer,)).fetchone()
        took_ms = (time.perf_counter() - began) * 1000
        return {"orders": count, "total": total, "last": last, "took_ms": took_ms}

    def _connection(self) -> sqlite3.Connection:
        if not hasattr(self._local, "connection"):
            self._local.connection = sqlite3.connect(f"file:{self._file}?mode=ro", uri=True)
            self._local.connection.execute(f"PRAGMA cache_size = {self._cache_pages:d}")
        return self._local.connection


def make_handler(shop: Shop) -> type[BaseHTTPRequestHandler]:
    """Return the request handler of a shop."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            url = urlsplit(self.path)
            if url.path == "/health":
                self._answer({"status": "ok", "release": shop.release})
            elif url.path == "/orders":
                customer = int(parse_qs(url.query).get("customer", ["1"])[0])
                self._answer(shop.orders(customer))
            else:
                self.send_error(404)

        def _answer(self, body: dict[str, object]) -> None:
            data = json.dumps(body).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_args: object) -> None:
            """Stay quiet: the demo asks many times a second."""

    return Handler


def fill(folder: Path, orders: int) -> None:
    """Create the database as the shop grew it: many orders, no index on the customer."""
    connection = sqlite3.connect(folder / "orders.sqlite")
    with connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(
            "CREATE TABLE orders (id INTEGER PRIMARY KEY, customer INTEGER NOT NULL,"
            " amount REAL NOT NULL, placed TEXT NOT NULL)"
        )
        connection.executemany(
            "INSERT INTO orders (customer, amount, placed) VALUES (?, ?, ?)",
            (
                (i * 7919 % 997, i % 500 / 10, f"2026-{i % 12 + 1:02d}-{i % 28 + 1:02d}")
                for i in range(orders)
            ),
        )
    connection.close()


def main() -> None:
    """``shop.py fill FOLDER N`` or ``shop.py serve FOLDER PORT``."""
    verb, folder, number = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    if verb == "fill":
        fill(folder, number)
        return
    server = ThreadingHTTPServer(("127.0.0.1", number), make_handler(Shop(folder)))
    server.daemon_threads = True
    server.serve_forever()


if __name__ == "__main__":
    main()
