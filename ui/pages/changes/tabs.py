"""The tabs of a change, in order; each is imported when it is first opened."""

from dataclasses import dataclass
from importlib import import_module

from app.i18n import later
from ui.pages.changes.editing import Editing
from ui.pages.changes.tab import Tab


@dataclass(frozen=True, slots=True)
class TabEntry:
    """A tab: its name in refs, its word, and where its class is."""

    id: str
    title: str
    module: str
    name: str

    def load(self) -> type[Tab]:
        """Import the tab's class."""
        tab: type[Tab] = getattr(import_module(f"ui.pages.changes.{self.module}"), self.name)
        return tab

    def build(self, editing: Editing) -> Tab:
        """Make the tab."""
        return self.load()(editing)


TABS = (
    TabEntry("overview", later("Overview"), "overview", "OverviewTab"),
    TabEntry("plan", later("Plan"), "plan", "PlanTab"),
    TabEntry("schedule", later("Schedule"), "schedule", "ScheduleTab"),
    TabEntry("backup", later("Backup"), "backup", "BackupTab"),
    TabEntry("run", later("Run"), "runs", "RunsTab"),
    TabEntry("tests", later("Tests"), "tests", "TestsTab"),
    TabEntry("metrics", later("Metrics"), "metrics", "MetricsTab"),
    TabEntry("evidence", later("Evidence"), "evidence", "EvidenceTab"),
    TabEntry("review", later("Review"), "review", "ReviewTab"),
    TabEntry("activity", later("Activity"), "activity", "ActivityTab"),
)
