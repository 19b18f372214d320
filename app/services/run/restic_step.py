"""A step of a runbook that has restic take the files of its host."""

from app.domain.change import Change
from app.domain.external_backup import ExternalBackup
from app.domain.ids import HostId
from app.domain.restic import ResticRepository
from app.domain.run import StepState
from app.domain.runbook import Step
from app.domain.vocabulary import Level
from app.errors import IllegalMove
from app.i18n import _
from app.services.backup.external_words import worth
from app.services.backup.restic import driving
from app.services.backup.restic.driving import Driving
from app.services.run.crew import StepOutcome
from app.tasks import TaskContext


def back_up_with_restic(
    change: Change, step: Step, host: HostId, context: TaskContext, *, with_: Driving
) -> StepOutcome:
    """Take a snapshot, and restore it for proof where the risk demands more than L1.

    The step is done when that is as much as the risk demands.

    Raises:
        AppError: As `driving.take` and `driving.drill`.
    """
    repository = ResticRepository(host, step.restic)
    after = driving.take(change.id, driving.wanted_on(change, repository), context, with_=with_)
    item = after.external_backups[-1]
    needed = change.risk.required_backup if change.risk else Level.INTACT
    if needed > Level.INTACT:
        after = driving.drill(change.id, item.id, context, with_=with_)
        item = next(one for one in after.external_backups if one.id == item.id)
    proven = item.level is not None and item.level >= needed
    return StepOutcome(
        StepState.DONE if proven else StepState.FAILED,
        _("restic snapshot {id}: {worth}").format(id=item.name, worth=worth(item)),
    )


def refuse_by_hand(change: Change, host: HostId) -> None:
    """Name the snapshot that would have to be put back by hand; nothing where there is none.

    Raises:
        IllegalMove: There is one, and its plan says how.
    """
    found = [one for one in change.external_backups if _counts(one, host)]
    if found:
        newest = max(found, key=lambda one: one.taken_at)
        raise IllegalMove(
            _("Only restic holds what was there before: its snapshot {id} in {place}.").format(
                id=newest.name, place=newest.repository
            ),
            hint=_("It is put back by hand: its plan, on the backup tab, has the commands."),
        )


def _counts(item: ExternalBackup, host: HostId) -> bool:
    return item.driven and item.level is not None and item.covers[0].host == host
