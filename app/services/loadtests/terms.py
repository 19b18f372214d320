"""How the load tests of a change are compared: agreed with the plan, before the other side is seen.

The terms are part of the plan: altering them voids approvals, and once the work has begun they
stay. Without any the usual ones hold.
"""

from collections.abc import Sequence
from dataclasses import replace

from app.domain.change import Change
from app.domain.loadtest import LoadRun, LoadTerms
from app.domain.metric import WindowName
from app.errors import IllegalMove, InvalidInput
from app.i18n import _
from app.services.change.agreed import FROZEN_PLAN
from app.services.change.changes import Desk, edit_change
from app.wording import agreed_percent, number

MOST_WARM_UP = 0.5


def terms_of(change: Change, runs: Sequence[LoadRun], usual: LoadTerms) -> LoadTerms:
    """Return the terms that hold: the agreed ones, else those of the first run, else the usual."""
    if change.load_terms is not None:
        return change.load_terms
    first = min(runs, key=lambda run: run.id, default=None)
    return first.terms if first is not None else usual


def why_fixed(change: Change, runs: Sequence[LoadRun]) -> str:
    """Say why the terms cannot be altered any more; empty while they can.

    A run from after the change was seen, also when it was withdrawn since.
    """
    if not change.state.is_open:
        return _("The change is closed.")
    if change.state in FROZEN_PLAN:
        return _("The plan is fixed: the work has begun with it.")
    if any(run.side is WindowName.AFTER for run in runs):
        return _("A run from after the change was kept: the terms stay as they were before it.")
    return ""


def agree_terms(change_id: str, terms: LoadTerms, *, desk: Desk) -> Change:
    """Agree on how load tests are compared; logged with what is agreed.

    Raises:
        InvalidInput: A figure cannot be used.
        IllegalMove: A run from after the change was kept, or the plan is fixed.
    """
    _refuse_figures(terms)
    with desk.new_uow() as uow:
        change = uow.changes.get(change_id)
        runs = uow.load_runs.list(change=change.id)
    if why := why_fixed(change, runs):
        raise IllegalMove(why)
    note = _("Terms of load tests: {terms}").format(terms=terms_words(terms))
    return edit_change(
        change_id, lambda each: replace(each, load_terms=terms), desk=desk, note=note
    )


def terms_words(terms: LoadTerms) -> str:
    """Write terms on one line."""
    target = _("no target for the 95th percentile")
    if terms.p95_target_ms is not None:
        target = _("95th percentile within {target}, up to {errors} failed").format(
            target=number(terms.p95_target_ms, "ms"), errors=agreed_percent(terms.most_errors)
        )
    words = _(
        "slower or more faulty by {margin} matters (from {floor} on), rate by {rate}, Apdex at "
        "{apdex}, first {warm_up} left out, {target}"
    ).format(
        margin=agreed_percent(terms.margin),
        floor=number(terms.floor_ms, "ms"),
        rate=agreed_percent(terms.rate_margin),
        apdex=number(terms.apdex_ms, "ms"),
        warm_up=agreed_percent(terms.warm_up),
        target=target,
    )
    return f"{words}, {_('strict rule: the whole likely range')}" if terms.strict else words


def _refuse_figures(terms: LoadTerms) -> None:
    """Refuse a limit of zero, a share beyond one, or a cut that leaves nothing."""
    rules = (
        (terms.apdex_ms > 0, _("Apdex needs a time above zero.")),
        (0 < terms.margin < _LARGEST, _("What matters is a share above zero.")),
        (0 < terms.rate_margin < _LARGEST, _("What matters is a share above zero.")),
        (terms.floor_ms >= 0, _("The least difference is a time from zero on.")),
        (0 <= terms.warm_up <= MOST_WARM_UP, _("At most half of a run can be left out.")),
        (0 <= terms.most_errors < 1, _("The share of failed requests lies below 100 %.")),
        (
            terms.p95_target_ms is None or terms.p95_target_ms > 0,
            _("The target of the 95th percentile is a time above zero."),
        ),
    )
    for holds, text in rules:
        if not holds:  # NaN holds nowhere
            raise InvalidInput(text)


_LARGEST = 10.0
