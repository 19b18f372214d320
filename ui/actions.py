"""What can be done by name or key: the command palette and the list of shortcuts read it."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

PALETTE = "palette"
"""The id of the action that opens the palette, which does not list itself."""
SHORTCUTS = "keys"
"""The id of the action that lists the shortcuts."""
GO = "page."
"""What the ids of the actions begin with that lead to a page."""
EXAMPLES = "examples"
"""The id of the action that opens the example changes in a window of their own."""


@dataclass(frozen=True, slots=True)
class Action:
    """A verb the user can call by name; ``keys`` is a QKeySequence text or empty."""

    id: str
    text: str
    run: Callable[[], object]
    icon: str = ""
    keys: str = ""
    hint: str = ""


class Actions(QObject):
    """The actions that can be called now, in the order they were added."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._actions: dict[str, Action] = {}

    def add(self, *actions: Action) -> None:
        """Offer actions; one with the same id is replaced."""
        self._actions |= {action.id: action for action in actions}
        self.changed.emit()

    def remove(self, *ids: str) -> None:
        """Stop offering actions."""
        for gone in ids:
            self._actions.pop(gone, None)
        self.changed.emit()

    def offers(self, action: str) -> bool:
        """Whether an action can be called now."""
        return action in self._actions

    def call(self, action: str) -> None:
        """Do what an action does, if it is offered."""
        if action in self._actions:
            self._actions[action].run()

    def all(self) -> tuple[Action, ...]:
        """Return what is offered."""
        return tuple(self._actions.values())
