"""What a start makes up for: what came due, or happened to the vault, while the program was closed.

The window does this behind its first page, the commands before they begin.
"""

from typing import TYPE_CHECKING

from app.errors import AppError
from app.services.missed import note_missed

if TYPE_CHECKING:
    from app.services.facade import AppServices


def catch_up(services: "AppServices") -> tuple[str, ...]:
    """Copy the database, note missed windows, make due drafts, index transcripts, check the vault.

    Returns:
        What to warn of, in words.
    """
    warnings = services.copy_if_due()
    note_missed(desk=services.desk, open_since=services.opened_at)
    _make_drafts(services)
    services.index_transcripts()
    return (*warnings, *_compare_vault(services))


def _make_drafts(services: "AppServices") -> None:
    """Make the drafts that have come due since the program was last open."""
    with services.new_uow() as uow:
        recurs = any(item.recurrence for item in uow.templates.list())
    if recurs:
        from app.services.recurrence import make_due  # noqa: PLC0415 - only where something recurs

        make_due(desk=services.desk)


def _compare_vault(services: "AppServices") -> tuple[str, ...]:
    if not services.vault.exists():
        return ()
    from app.services import backups  # noqa: PLC0415 - only where there is a vault

    try:
        backups.adopt_at_start(keeping=services.keeping)
    except AppError as error:  # a locked vault must not keep anybody from the change log
        return (error.sentence(),)
    return ()
