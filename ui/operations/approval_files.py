"""Approval by signed file, each step as one call on a worker."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from app.errors import InvalidInput
from app.i18n import _
from app.services.approval.approval_files import (
    ANSWER,
    Answered,
    AnswerFile,
    Imported,
    RequestFile,
    answer_file_name,
    answer_request,
    export_request,
    import_answer,
    read_answer,
    read_request,
)
from app.services.change.plan_reading import Reading, read_plan
from app.services.people import KeyState, key_state
from app.services.saving import save_whole
from app.services.signed_files import MAX_BYTES, kind_of
from ui.tasks import WRITES, Task

if TYPE_CHECKING:
    from app.services.facade import AppServices
    from ui.context import UiContext


@dataclass(frozen=True, slots=True)
class OpenedRequest:
    """A request file as its reader sees it."""

    data: bytes
    file: RequestFile
    parts: tuple[Reading, ...]
    key: KeyState
    actor: str


@dataclass(frozen=True, slots=True)
class OpenedAnswer:
    """An answer file that was read and not taken over yet."""

    data: bytes
    file: AnswerFile


def load_file(services: "AppServices", path: Path) -> OpenedRequest | OpenedAnswer:
    """Return what a request or an answer file says; taking an answer over is a write.

    Raises:
        InvalidInput, NotAuthentic: It is neither, or was altered.
    """
    data = _read(path)
    if kind_of(data) == ANSWER:
        return OpenedAnswer(data, read_answer(data))
    found = read_request(data)
    parts = read_plan(found.change, found.host_name, services.clock.now())
    key = key_state(found.request.by, found.sealed, desk=services.desk)
    return OpenedRequest(data, found, parts, key, services.actor)


def write_request(context: "UiContext", change_id: str, target: Path) -> Task:
    """Write a signed request for approval into a file."""
    services = context.services

    def work(_task: object) -> Path:
        data = export_request(change_id, desk=services.desk, secrets=services.secrets)
        return save_whole(data, target)

    return context.tasks.start(work, lane=WRITES)


def write_answer(context: "UiContext", request: bytes, said: Answered, folder: Path) -> Task:
    """Decide about a request and write the signed answer into a folder."""
    services = context.services

    def work(_task: object) -> Path:
        data = answer_request(request, said, desk=services.desk, secrets=services.secrets)
        return save_whole(data, folder / answer_file_name(read_answer(data)))

    return context.tasks.start(work, lane=WRITES)


def take_answer(context: "UiContext", data: bytes, confirm: str = "") -> Task:
    """Take a signed answer over."""
    services = context.services

    def work(_task: object) -> Imported:
        return import_answer(data, desk=services.desk, confirm=confirm)

    return context.tasks.start(work, lane=WRITES)


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise InvalidInput(
            _("{file} cannot be read: {why}.").format(
                file=path.name, why=error.strerror or str(error)
            )
        ) from error
