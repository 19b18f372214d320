"""The rows of the library: templates in use, retired ones, and those that come with the program."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.template import Template
from app.i18n import _
from app.services.template.templates import TemplateRow
from ui.cells import Badge, Cell, Column, Group, Mark, Words
from ui.operations.templates import LibraryView


@dataclass(frozen=True, slots=True)
class LibraryRow:
    """One template; ``known`` is None for a bundled one that nobody has taken over."""

    template: Template
    known: TemplateRow | None = None

    @property
    def id(self) -> str:
        """What the row is known by: its family, so that a new edition stays in its place."""
        return self.template.family


def standing_badge(row: LibraryRow) -> Badge:
    """Return what may be done with a template."""
    template, known = row.template, row.known
    if known is None:
        return Badge(Mark.DRAFT, _("Bundled"))
    if template.retired_by:
        return Badge(Mark.STOPPED, _("Retired"))
    if known.is_good:
        return Badge(Mark.GOOD, _("Good standing"))
    if not template.approved_by:
        return Badge(Mark.GATE, _("Waits for approval"))
    if known.record.failed:
        return Badge(Mark.BAD, _("Lost its standing"))
    return Badge(Mark.MISSING, _("Not proven yet"))


def library_rows(view: LibraryView) -> Sequence[LibraryRow | Group]:
    """Return everything in groups."""
    used = [LibraryRow(row.template, row) for row in view.rows if not row.template.retired_by]
    gone = [LibraryRow(row.template, row) for row in view.rows if row.template.retired_by]
    bundled = [LibraryRow(template) for template in view.bundled]
    found: list[LibraryRow | Group] = []
    for name, rows in ((_("In use"), used), (_("Bundled"), bundled), (_("Retired"), gone)):
        if rows:
            found += [Group(name, str(len(rows))), *rows]
    return found


def _cell(row: LibraryRow) -> Cell:
    record = row.known.record.sentence if row.known else row.template.note
    edition = _("edition {n}").format(n=row.template.edition)
    return Cell(
        (Words(row.template.name),),
        (standing_badge(row), Words(edition, "ink2"), Words(record, "ink2")),
    )


COLUMNS = (
    Column[LibraryRow](
        _("Template"), lambda row: f"{row.template.name}, {standing_badge(row).word}", cell=_cell
    ),
)
