"""Time: nothing may be in the way that nobody has accepted by name."""

from app.domain.change import Change
from app.domain.conflict import Reason
from app.i18n import _
from app.services.change.transitions import Facts
from app.services.schedule.conflicts import conflict_sentence, unaccepted


def no_open_freeze(change: Change, facts: Facts) -> str:
    """No freeze covers the window, or a named person has accepted it; every type of change."""
    open_freezes = [c for c in unaccepted(change, facts.conflicts) if c.reason is Reason.FREEZE]
    return " ".join(conflict_sentence(c, _zone(change)) for c in open_freezes)


def no_active_freeze(change: Change, facts: Facts) -> str:
    """No freeze covers the window or holds now; passing this one is breaking the glass."""
    if planned := no_open_freeze(change, facts):
        return planned
    if not facts.freezes:
        return ""
    return _("Frozen now: {names}").format(names=", ".join(facts.freezes))


def is_inside_windows(change: Change, facts: Facts) -> str:
    """The whole window lies in maintenance windows; where none is declared any time will do.

    What somebody accepted by name does not count: whoever leaves the windows takes the usual path,
    where others decide about it.
    """
    found = [c for c in facts.conflicts if c.reason is Reason.OUTSIDE]
    return conflict_sentence(found[0], _zone(change)) if found else ""


def no_open_conflict(change: Change, facts: Facts) -> str:
    """Nothing else is in the way, or a named person has accepted it; freezes have their own."""
    found = [c for c in unaccepted(change, facts.conflicts) if c.reason is not Reason.FREEZE]
    if not found:
        return ""
    first = conflict_sentence(found[0], _zone(change))
    more = _(" And {n} more.").format(n=len(found) - 1) if len(found) > 1 else ""
    return first + more


def conflicts_are_checked(change: Change, _facts: Facts) -> str:
    """The calendar was checked after the last edit of the dates."""
    if change.window is None:
        return ""  # the missing window has a guard of its own
    check = change.schedule_check
    if check is None or check.span != change.window.span:
        return _("The calendar was not checked for this window")
    return ""


def _zone(change: Change) -> str:
    return change.window.zone if change.window else "UTC"
