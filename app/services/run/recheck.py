"""Whether what let the work begin still lies in the vault, asked when a step relies on it.

The gate was passed with proven backups. A run may wait for hours after that; a set that is
removed or altered meanwhile is no way back any more, and no step goes out on the old answer.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from app.domain.backup import BackupSet
from app.domain.change import Change
from app.domain.run import Run
from app.domain.runbook import Phase, Step
from app.errors import IllegalMove, NotFound
from app.i18n import _
from app.services.backup.backup_gate import Demand, gate_change, own_sources
from app.services.backup.backups import Safekeeping
from app.services.backup.set_records import look_at_records
from app.services.change.changes import Desk

_ANY_AGE = timedelta(days=36_500)
"""How old a backup may be was judged when the work began; it only grows older since."""


def refuse_without_way_back(
    change: Change, run: Run, step: Step, *, desk: Desk, keeping: Callable[[], Safekeeping]
) -> None:
    """Refuse a step that may alter something when the backups of the gate do not stand any more.

    Nothing is asked where the gate was passed without them, by name and with a reason. It reads
    the manifests and the records of proofs, and no object: `verify_set` does that.

    Raises:
        IllegalMove: A set or the record of its proof is not in the vault as it was.
        SecretUnavailable: The vault cannot be opened, so nobody knows.
    """
    relies = run.is_live and step.phase is Phase.FORWARD and not step.reads_only
    waived = any(item.guard == "backup" for item in change.counted_overrides)
    if not relies or waived or change.risk is None:
        return
    with desk.new_uow() as uow:
        sets = tuple(uow.backups.list(change=change.id))
    hosts = {source.host for source in own_sources(change)}
    if not hosts or not sets:
        return  # there was nothing to pass the gate with
    found, why = _as_they_lie(sets, keeping, desk)
    demand = Demand(change.risk.required_backup, _ANY_AGE, desk.clock.now())
    for host, answer in gate_change(change, found, demand):
        if host in hosts and not answer.met:
            told = " ".join(why) or answer.sentence
            raise IllegalMove(
                _("The backup that let the work begin does not stand any more. {why}").format(
                    why=told
                ),
                hint=_("Nothing was sent. Prove it again or take a new one, then repeat the step."),
            )


def _as_they_lie(
    sets: tuple[BackupSet, ...], keeping: Callable[[], Safekeeping], desk: Desk
) -> tuple[list[BackupSet], list[str]]:
    """Return the sets as the vault has them now, and what is wrong with some."""
    try:
        vault = keeping().vault
    except NotFound as error:
        return [replace(item, missing=True) for item in sets], [error.text]
    found, why = [], []
    for item in sets:
        if item.usable and (text := vault.why_not(item)):
            found.append(replace(item, missing=True))
            why.append(text)
        else:
            found.append(look_at_records(item, desk=desk, vault=vault) if item.usable else item)
    return found, why
