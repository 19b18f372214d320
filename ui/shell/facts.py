"""What the frame around the pages shows of the program's state."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.services.facade import AppServices


@dataclass(frozen=True, slots=True)
class ShellFacts:
    """Vault space in bytes, the hash of the last log entry, and the clock's IANA zone."""

    vault_free_bytes: int | None = None
    log_head: str = ""
    zone: str = "UTC"


def shell_facts(services: "AppServices") -> ShellFacts:
    """Look at disk and log, and say that the program is awake; call it on a worker thread."""
    services.presence.beat(services.clock.now())
    settings = services.settings
    vault = Path(settings.vault_path) if settings.vault_path else services.data
    try:
        free: int | None = shutil.disk_usage(vault).free
    except OSError:
        free = None
    return ShellFacts(free, services.first.log_head(), settings.zone)
