"""What every page is given: no page reaches for anything global."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ui.actions import Actions
from ui.changed import Changed
from ui.messages import Messages
from ui.navigation import Navigation
from ui.tasks import TaskRunner
from ui.theme import Theme

if TYPE_CHECKING:
    from app.services.facade import AppServices


@dataclass(frozen=True, slots=True)
class Tools:
    """The window's own tools; they are there before the store is open."""

    tasks: TaskRunner
    messages: Messages
    changed: Changed
    navigation: Navigation
    actions: Actions
    theme: Theme

    def with_services(self, services: "AppServices") -> "UiContext":
        """Return what pages are given, once the store is open."""
        return UiContext(
            services,
            self.tasks,
            self.messages,
            self.changed,
            self.navigation,
            self.actions,
            self.theme,
        )


@dataclass(slots=True)
class UiContext:
    """The services and the window's own tools, handed to constructors.

    Only the acting person changes while the window is open; pages ask for ``services`` anew each
    time they begin something.
    """

    services: "AppServices"
    tasks: TaskRunner
    messages: Messages
    changed: Changed
    navigation: Navigation
    actions: Actions
    theme: Theme

    def act_as(self, name: str) -> None:
        """Let another person act from now on; UI thread only."""
        self.services = self.services.acting(name)
