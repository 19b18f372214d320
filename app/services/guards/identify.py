"""Draft: what is wrong, who asks, and what shows it."""

from app.domain.change import ChangeType
from app.i18n import later
from app.services.guards.base import filled, hard, holds, soft

BASICS = (
    hard("title", later("Title"), filled("title", later("No title"))),
    hard(
        "need",
        later("Need category"),
        holds(lambda c: c.need.category is not None, later("None chosen")),
    ),
    hard(
        "description",
        later("Description"),
        filled("description", later("What is wrong is not said")),
    ),
    hard("requester", later("Requester"), filled("requested_by", later("Nobody is named"))),
    hard(
        "need_evidence",
        later("Evidence of the need"),
        holds(lambda c: c.need.is_shown, later("No record, and no reason why there is none")),
    ),
    soft(
        "hosts",
        later("Affected hosts"),
        holds(
            lambda c: bool(c.hosts or c.business_service.strip()),
            later("No host and no service is named"),
        ),
    ),
)

JUSTIFIED = (
    hard(
        "emergency",
        later("Emergency"),
        holds(lambda c: c.type is ChangeType.EMERGENCY, later("It is not an emergency change")),
    ),
    hard("justification", later("Justification"), filled("justification", later("Not given"))),
)

RETROSPECTIVE = (
    hard(
        "retrospective",
        later("Recorded afterwards"),
        holds(
            lambda c: c.retrospective and bool(c.retrospective_reason.strip()),
            later("It is not recorded as done before, with a reason"),
        ),
    ),
    hard(
        "work_times",
        later("Actual start and end"),
        holds(
            lambda c: c.work_start is not None and c.work_end is not None,
            later("When the work began and ended is not said"),
        ),
    ),
    hard(
        "what_was_done",
        later("What was done"),
        filled("implementation_plan", later("Not written down")),
    ),
)
