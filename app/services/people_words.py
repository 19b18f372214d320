"""What roles are called."""

from app.domain.people import Role
from app.i18n import _


def role_word(role: Role) -> str:
    """Return what a role is called."""
    return {
        Role.COORDINATOR: _("Coordinator"),
        Role.IMPLEMENTER: _("Implementer"),
        Role.APPROVER: _("Approver"),
        Role.SERVICE_OWNER: _("Owner of services"),
        Role.REVIEWER: _("Reviewer"),
        Role.TESTER: _("Tester"),
        Role.RUNNER: _("Runner of steps"),
    }[role]
