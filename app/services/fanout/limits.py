"""What a plan lets fail of a command on many hosts, in words."""

from app.domain.fanout import Share, Tolerance
from app.i18n import _


def limits_in_words(limits: Tolerance) -> str:
    """Say what the plan allows to fail."""

    def told(share: Share | None) -> str:
        return str(share) if share is not None else _("no limit")

    return _(
        "may fail: {fb} of a batch, {ft} in all; may be out of reach: {ub} of a batch, {ut} in all"
    ).format(
        fb=told(limits.fail_batch),
        ft=told(limits.fail_total),
        ub=told(limits.unreachable_batch),
        ut=told(limits.unreachable_total),
    )
