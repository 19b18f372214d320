"""Words for what comes after the work, the same in the window and on paper."""

from app.domain.benefit import Due, Lasting
from app.domain.feedback import Channel
from app.domain.lesson import ActionState
from app.domain.outage import OutageKind
from app.domain.review import Finding, Relation, Topic
from app.i18n import later

TOPICS = {
    Topic.OBJECTIVES: later("Were the objectives met?"),
    Topic.USERS: later("Are users and customers content?"),
    Topic.FUNCTION: later("Does everything else still work as before?"),
    Topic.AVAILABILITY: later("Is availability as agreed?"),
    Topic.PERFORMANCE: later("Are capacity and performance as agreed?"),
    Topic.SECURITY: later("Is security as before or better?"),
    Topic.PLAN: later("Did the implementation plan work?"),
    Topic.SCHEDULE: later("Was it on time, without changes at the last minute?"),
    Topic.RESOURCES: later("Were people, effort and cost as planned?"),
    Topic.WAY_BACK: later("Would the way back have worked, or did it?"),
    Topic.COMMUNICATION: later("Did everybody hear in time what concerned them?"),
}
FINDINGS = {
    Finding.YES: later("Yes"),
    Finding.PARTLY: later("Partly"),
    Finding.NO: later("No"),
    Finding.NOT_APPLICABLE: later("Does not apply"),
}
OUTAGES = {
    OutageKind.PLANNED: later("Planned outage"),
    OutageKind.UNPLANNED: later("Unplanned outage"),
    OutageKind.DEGRADATION: later("Degraded service"),
}
CHANNELS = {
    Channel.FORM: later("Form"),
    Channel.MAIL: later("Mail"),
    Channel.INTERVIEW: later("Interview"),
    Channel.SERVICE_DESK: later("Service desk"),
    Channel.OTHER: later("Other"),
}
RELATIONS = {
    Relation.CAUSED: later("Caused by this change"),
    Relation.FIXED: later("Fixed by this change"),
    Relation.RELATED: later("Related"),
}
ACTIONS = {
    ActionState.OVERDUE: later("Overdue"),
    ActionState.OPEN: later("Open"),
    ActionState.DONE: later("Done"),
    ActionState.DROPPED: later("Dropped"),
}
DUES = {
    Due.DONE: later("Measured"),
    Due.PARTLY: later("Partly measured"),
    Due.SKIPPED: later("Left out"),
    Due.WAITING: later("Not yet"),
    Due.DUE: later("Due"),
    Due.MISSED: later("Missed"),
}
LASTING = {
    Lasting.WORSE: later("Worse than before"),
    Lasting.GONE: later("The gain is gone"),
    Lasting.PARTLY: later("Partly lasted"),
    Lasting.CANNOT_TELL: later("Cannot tell"),
    Lasting.LASTED: later("Lasted"),
    Lasting.UNCHANGED: later("No gain, as before"),
}
