"""The passphrase of the window lock, each verb as one call on a worker."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from app.services import window_lock
from ui.tasks import WRITES, Task

if TYPE_CHECKING:
    from ui.context import UiContext


def is_chosen(context: "UiContext") -> Callable[[], bool]:
    """Return what looks whether there is a passphrase."""
    services = context.services
    return lambda: window_lock.is_chosen(services.secrets)


def choose(context: "UiContext", passphrase: str, current: str) -> Task:
    """Choose a passphrase, or another one."""
    services = context.services
    return context.tasks.start(
        lambda _task: window_lock.choose(
            passphrase, current, secrets=services.secrets, desk=services.desk
        ),
        lane=WRITES,
    )


def give_up(context: "UiContext", current: str) -> Task:
    """Lock the window no more."""
    services = context.services
    return context.tasks.start(
        lambda _task: window_lock.give_up(current, secrets=services.secrets, desk=services.desk),
        lane=WRITES,
    )


def opens(context: "UiContext", passphrase: str) -> Task:
    """Try a passphrase."""
    services = context.services
    return context.tasks.start(lambda _task: window_lock.opens(passphrase, services.secrets))


def note_refused(context: "UiContext", times: int) -> Task:
    """Record the wrong passphrases before the right one."""
    services = context.services
    return context.tasks.start(
        lambda _task: window_lock.note_refused(times, desk=services.desk), lane=WRITES
    )


def forget_held(context: "UiContext") -> Task:
    """Forget passwords and keys that are held in memory."""
    services = context.services
    return context.tasks.start(lambda _task: services.forget_held())
