"""The agenda of the board, made and saved in one call on a worker."""

from pathlib import Path
from typing import TYPE_CHECKING

from app.errors import AppError
from app.i18n import _
from app.services.agendas import Boards, make_agenda, waiting_in
from app.services.finding import Query
from ui.tasks import Task

if TYPE_CHECKING:
    from ui.context import UiContext


def save_agenda(context: "UiContext", target: Path, query: Query) -> Task:
    """Print every change of a list that waits for approval, a page each, into a file."""
    services = context.services

    def work(_task: object) -> Path:
        boards = Boards(services.desk, services.files, services.render_agenda)
        made = make_agenda(waiting_in(query, services.finder), boards=boards)
        try:
            target.write_bytes(services.files.get(made.sha256))
        except OSError as error:
            raise AppError(
                _("{path} could not be written.").format(path=target),
                hint=_("Choose another folder, or close the program that has the file open."),
            ) from error
        return target

    return context.tasks.start(work, title=_("Agenda of the board"))
