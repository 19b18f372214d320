"""What the settings page reads and writes, each as one call on a worker."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from app.domain.event import Actor
from app.paths import resource_path
from app.settings import Settings
from ui.operations.zones import zone_names
from ui.tasks import WRITES, Task

if TYPE_CHECKING:
    from app.services.facade import AppServices
    from ui.context import UiContext

_LOOKED_AT = 500
"""Log entries in which names are looked for."""


@dataclass(frozen=True, slots=True)
class SettingsView:
    """Everything the page shows."""

    settings: Settings
    actor: str
    people: tuple[str, ...]
    """Names that are found in the log, alphabetically."""
    data: Path
    vault: Path
    vault_exists: bool
    secrets_last: bool
    """Whether secrets outlive the program."""
    log_head: str
    zones: tuple[str, ...]
    licences: tuple[tuple[str, str], ...]
    """File name and text of each licence we ship."""


def load_view(services: "AppServices") -> SettingsView:
    """Return the settings with what belongs to them."""
    settings = services.settings
    events = services.queries.events(limit=_LOOKED_AT)
    people = {event.by for event in events if event.actor is Actor.HUMAN} | {services.actor}
    vault = Path(settings.vault_path) if settings.vault_path else services.data / "vault"
    files = sorted(resource_path("licences").glob("*.*"))
    return SettingsView(
        settings,
        services.actor,
        tuple(sorted(people - {""}, key=str.casefold)),
        services.data,
        vault,
        services.vault.exists(),
        services.secrets.lasting,
        services.first.log_head(),
        zone_names(),
        tuple((path.stem, path.read_text(encoding="utf-8", errors="replace")) for path in files),
    )


def save(context: "UiContext", settings: Settings) -> Task:
    """Keep the settings; the log names what differs."""
    services = context.services

    def work(_context: object) -> Settings:
        services.save_settings(settings)
        return services.load_settings()

    return context.tasks.start(work, lane=WRITES)


def verify_log(context: "UiContext", title: str) -> Task:
    """Check every entry of the change log."""
    services = context.services
    return context.tasks.start(lambda _ctx: services.verify_log(), title=title)
