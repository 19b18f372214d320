"""Handing a change over and looking into what was handed over, each as one call on a worker."""

from pathlib import Path
from typing import TYPE_CHECKING

from app.domain.change import Change
from app.errors import AppError
from app.i18n import _
from app.services.dossier_reading import Dossier, open_dossier, read_member
from app.services.dossiers import Shelves, hand_over
from app.services.saving import save_whole
from ui.tasks import Task

if TYPE_CHECKING:
    from app.reports.raster import PdfPages
    from ui.context import UiContext


def export(
    context: "UiContext", change: Change, target: Path, accepted: tuple[str, ...] = ()
) -> Task:
    """Write the dossier of a change into a file; ``accepted`` names members seen to hold secrets.

    It fails with `SecretsInside` where others look so.
    """
    services = context.services
    return context.tasks.start(
        lambda _told: hand_over(
            change.id, target, desk=services.desk,
            shelves=Shelves(services.files, services.series), secrets=services.secrets,
            accepted=accepted,
        ),
        title=_("Dossier of {number}").format(number=change.number),
    )  # fmt: skip


def read(context: "UiContext", path: Path) -> Task:
    """Open a dossier and check every member."""
    return context.tasks.start(
        lambda _told: open_dossier(path), title=_("Checking {name}").format(name=path.name)
    )


def save_member(context: "UiContext", dossier: Dossier, name: str, target: Path) -> Task:
    """Write one member, as the manifest vouches for it, into a file."""

    def work(_told: object) -> Path:
        if dossier.manifest is None:
            raise AppError(_("Nothing vouches for what is in this dossier."))
        data = read_member(dossier.path, dossier.manifest, name)
        return save_whole(data, target)

    return context.tasks.start(work)


def pages_of_member(dossier: Dossier, name: str) -> "PdfPages":
    """Return the pages of a report in a dossier, as the manifest vouches for it."""
    from app.reports.raster import pages_of  # noqa: PLC0415 - pypdfium2 loads with the first PDF

    if dossier.manifest is None:
        raise AppError(_("Nothing vouches for what is in this dossier."))
    return pages_of(read_member(dossier.path, dossier.manifest, name), name.rpartition("/")[2])
