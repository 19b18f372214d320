"""The one-page briefing for the IT team, made and saved in one call on a worker."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from app.i18n import _
from app.services.message.briefings import Briefs, make_briefing
from app.services.saving import save_whole
from ui.tasks import Task

if TYPE_CHECKING:
    from ui.context import UiContext


@dataclass(frozen=True, slots=True)
class SavedBriefing:
    """Where a briefing lies, and what it could not say."""

    path: Path
    open_points: tuple[str, ...]


def save_briefing(context: "UiContext", number: str, target: Path) -> Task:
    """Make the briefing of a change as it stands now and write it to a file."""
    services = context.services

    def work(_task: object) -> SavedBriefing:
        briefs = Briefs(services.desk, services.files, services.render_briefing)
        made = make_briefing(number, briefs=briefs)
        save_whole(services.files.get(made.sha256), target)
        return SavedBriefing(target, made.open_points)

    return context.tasks.start(work, title=_("Briefing of {number}").format(number=number))
