"""The agenda of the board, made and saved in one call on a worker."""

from pathlib import Path
from typing import TYPE_CHECKING

from app.i18n import _
from app.services.approval.agendas import Boards, make_agenda, waiting_in
from app.services.saving import save_whole
from app.services.search.finding import Query
from ui.tasks import Task

if TYPE_CHECKING:
    from ui.context import UiContext


def save_agenda(context: "UiContext", target: Path, query: Query) -> Task:
    """Print every change of a list that waits for approval, a page each, into a file."""
    services = context.services

    def work(_task: object) -> Path:
        boards = Boards(services.desk, services.files, services.render_agenda)
        made = make_agenda(waiting_in(query, services.finder), boards=boards)
        return save_whole(services.files.get(made.sha256), target)

    return context.tasks.start(work, title=_("Agenda of the board"))
