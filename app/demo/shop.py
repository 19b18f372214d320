"""The demo's server side: a folder with a real small service that the demo change alters."""

import shutil
import socket
import sys
from dataclasses import dataclass
from pathlib import Path

from app.paths import resource_path
from app.processes import run

ORDERS = 300_000
_FILES = ("shop.py", "shopctl", "shop.ini", "add_index.py")


@dataclass(frozen=True, slots=True)
class DemoShop:
    """Where the shop lies and where it answers."""

    folder: Path
    port: int

    @property
    def database(self) -> Path:
        """The SQLite file with the orders."""
        return self.folder / "orders.sqlite"

    @property
    def config(self) -> Path:
        """The config file that the change alters."""
        return self.folder / "shop.ini"

    @property
    def control(self) -> Path:
        """The script that starts and stops the service."""
        return self.folder / "shopctl"

    @property
    def url(self) -> str:
        """A request that does real work in the database."""
        return f"http://127.0.0.1:{self.port}/orders?customer=7"

    @property
    def health_url(self) -> str:
        """A request that only says whether the service answers, and in which release."""
        return f"http://127.0.0.1:{self.port}/health"

    def stop(self) -> None:
        """End the service, if it runs."""
        if self.control.exists():
            run(["/bin/sh", str(self.control), "stop"], limit_s=20)


def install_shop(folder: Path) -> DemoShop:
    """Put the service into an empty folder, fill its database, and start it."""
    folder.mkdir(parents=True, mode=0o700)
    for name in _FILES:
        shutil.copy(resource_path("demo", name), folder / name)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    shop = DemoShop(folder, port)
    (folder / "shop.env").write_text(f"PYTHON='{sys.executable}'\nPORT={port}\n", "utf-8")
    run([sys.executable, str(folder / "shop.py"), "fill", str(folder), str(ORDERS)], limit_s=60)
    run(["/bin/sh", str(shop.control), "start"], limit_s=20)
    return shop
