"""How a guard is written down."""

from collections.abc import Callable

from app.domain.change import Change
from app.i18n import _
from app.services.change.transitions import Check, Facts, Guard


def hard(guard_id: str, title: str, check: Check) -> Guard:
    """Return a guard that nobody can pass."""
    return Guard(guard_id, title, check)


def soft(guard_id: str, title: str, check: Check) -> Guard:
    """Return a guard that a person can pass by name and reason."""
    return Guard(guard_id, title, check, hard=False)


def filled(field: str, what: str) -> Check:
    """Return a guard check: the text field is not empty."""

    def check(change: Change, _facts: Facts) -> str:
        return "" if str(getattr(change, field) or "").strip() else _(what)

    return check


def holds(rule: Callable[[Change], bool], what: str) -> Check:
    """Return a guard check from a rule over the change alone."""

    def check(change: Change, _facts: Facts) -> str:
        return "" if rule(change) else _(what)

    return check


def host_name(host_id: str, facts: Facts) -> str:
    """Return the name of a host, its id when it is not known."""
    return next((host.name for host in facts.hosts if host.id == host_id), host_id)
