"""What the backups page asks about retention and the vault's key, each as one call on a worker."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from app.domain.vault_key import RecoverySheet
from app.services.backup import retention, vault_keys
from ui.tasks import Task, host_lane

if TYPE_CHECKING:
    from ui.context import UiContext


def make_vault(context: "UiContext") -> Task:
    """Make the vault; the task's result is a `NewRecoveryKey`, to be shown once."""
    services = context.services
    return context.tasks.start(
        lambda _task: vault_keys.make_vault(door=services.vault, desk=services.desk)
    )


def rotate(context: "UiContext", reason: str) -> Task:
    """Change the keys; the task's result is a `NewRecoveryKey`, to be shown once."""
    services = context.services
    return context.tasks.start(
        lambda _task: vault_keys.rotate_keys(reason, door=services.vault, desk=services.desk),
        lane=host_lane("vault"),
    )


def check_key(context: "UiContext", typed: str) -> Task:
    """Try the recovery key as it was typed back."""
    services = context.services
    return context.tasks.start(
        lambda _task: vault_keys.check_recovery_key(typed, door=services.vault, desk=services.desk)
    )


def unlock(context: "UiContext", typed: str) -> Task:
    """Open the vault with a key from paper."""
    services = context.services
    return context.tasks.start(
        lambda _task: vault_keys.unlock(typed, door=services.vault, desk=services.desk)
    )


def save_sheet(context: "UiContext", sheet: RecoverySheet, path: Path) -> Task:
    """Write the page with a recovery key into a file for its owner only."""
    render = context.services.render_recovery

    def work(_task: object) -> Path:
        pdf = render(sheet).pdf
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(handle, "wb") as file:
            file.write(pdf)
        return path

    return context.tasks.start(work)


def apply_rules(context: "UiContext") -> Task:
    """Put in the bin what no rule keeps."""
    services = context.services
    return context.tasks.start(lambda _task: retention.apply_rules(keeping=services.keeping))


def put_in_bin(context: "UiContext", set_id: str, reason: str) -> Task:
    """Put one set in the bin, with a reason."""
    services = context.services
    return context.tasks.start(
        lambda _task: retention.put_in_bin([set_id], reason, keeping=services.keeping)
    )


def take_out(context: "UiContext", set_id: str) -> Task:
    """Take a set out of the bin."""
    services = context.services
    return context.tasks.start(
        lambda _task: retention.take_out_of_bin(set_id, keeping=services.keeping)
    )


def hold(context: "UiContext", set_id: str, reason: str) -> Task:
    """Keep a set whatever the rules say."""
    services = context.services
    return context.tasks.start(lambda _task: retention.hold(set_id, reason, desk=services.desk))


def release(context: "UiContext", set_id: str) -> Task:
    """Let the rules decide about a set again."""
    services = context.services
    return context.tasks.start(lambda _task: retention.release(set_id, desk=services.desk))
