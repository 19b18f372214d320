"""What the library of templates reads and does, each as one call on a worker."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from app.domain.change import Change
from app.domain.host import Host
from app.domain.template import Recurrence, Template, pattern_of
from app.services.change.plan_changes import PlanDifference
from app.services.template import recurrence, templates
from app.services.template.editions import NextEdition, altered_between, next_editions
from app.services.template.starters import starters, take_over
from app.services.template.templates import TemplateRow, Wanted
from ui.operations.beginning import load_hosts
from ui.operations.listing import newest_changes
from ui.tasks import WRITES, Task

if TYPE_CHECKING:
    from app.services.facade import AppServices
    from ui.context import UiContext


@dataclass(frozen=True, slots=True)
class LibraryView:
    """All templates in use, the bundled ones that nobody has taken over, and the hosts."""

    rows: tuple[TemplateRow, ...]
    bundled: tuple[Template, ...]
    hosts: tuple[Host, ...]
    actor: str
    zone: str


def load_library(services: "AppServices") -> LibraryView:
    """Return the library."""
    rows = templates.library(desk=services.desk)
    taken = {item.starter for row in rows for item in row.editions}
    bundled = tuple(item for item in starters() if item.starter not in taken)
    return LibraryView(rows, bundled, load_hosts(services), services.actor, services.settings.zone)


def take_starter(context: "UiContext", starter: str) -> Task:
    """Take a bundled template into the library."""
    desk = context.services.desk
    return context.tasks.start(lambda _task: take_over(starter, desk=desk), lane=WRITES)


@dataclass(frozen=True, slots=True)
class NewTemplate:
    """What a template made from a change is called and locks; ``family`` for a next edition."""

    name: str
    locked: tuple[str, ...]
    family: str = ""
    note: str = ""


def make(context: "UiContext", change_id: str, wanted: NewTemplate) -> Task:
    """Make a template from a change."""
    desk = context.services.desk
    return context.tasks.start(
        lambda _task: templates.make_template(
            change_id, wanted.name, desk=desk, locked=wanted.locked, family=wanted.family,
            note=wanted.note,
        ),
        lane=WRITES,
    )  # fmt: skip


def editions(services: "AppServices", change_id: str) -> tuple[NextEdition, ...]:
    """Return what a change could be the next edition of."""
    return next_editions(change_id, desk=services.desk)


@dataclass(frozen=True, slots=True)
class EditionSource:
    """A change that a next edition can be made from, and what that would alter."""

    id: str
    words: str
    altered: tuple[PlanDifference, ...]


def edition_sources(services: "AppServices", template: Template) -> tuple[EditionSource, ...]:
    """Return changes with steps: those opened from the template first, each newest first."""
    with services.new_uow() as uow:
        family = {item.id for item in uow.templates.list(family=template.family)}
        own = [change for key in family for change in uow.changes.list(template=key)]
    others = [change for change in newest_changes(services) if change.template not in family]
    own.sort(key=lambda change: change.id, reverse=True)
    return tuple(
        EditionSource(
            change.id,
            f"{change.number} {change.title}",
            altered_between(template.pattern, pattern_of(change)),
        )
        for change in (*own[:_OFFERED], *others)
        if change.runbook.steps
    )


_OFFERED = 50


def approve(context: "UiContext", template_id: str) -> Task:
    """Stand for an edition by name."""
    desk = context.services.desk
    return context.tasks.start(
        lambda _task: templates.approve_template(template_id, desk=desk), lane=WRITES
    )


def retire(context: "UiContext", template_id: str, reason: str) -> Task:
    """Take a template out of use."""
    desk = context.services.desk
    return context.tasks.start(
        lambda _task: templates.retire_template(template_id, reason, desk=desk), lane=WRITES
    )


def set_recurrence(context: "UiContext", template_id: str, wanted: Recurrence | None) -> Task:
    """Let drafts come by a rule, or no longer; those that are due come at once."""
    desk = context.services.desk

    def work(_task: object) -> Template:
        saved = recurrence.set_recurrence(template_id, wanted, desk=desk)
        recurrence.make_due(desk=desk)
        return saved

    return context.tasks.start(work, lane=WRITES)


def make_missed(context: "UiContext", template_id: str, wall: datetime) -> Task:
    """Make the draft of a missed occurrence now."""
    desk = context.services.desk
    return context.tasks.start(
        lambda _task: recurrence.make_missed(template_id, wall, desk=desk), lane=WRITES
    )


@dataclass(frozen=True, slots=True)
class FromTemplate:
    """A change that begins from a template; a bundled one is taken over first."""

    template: Template
    wanted: Wanted

    def start(self, context: "UiContext") -> Task:
        """Record the new change."""
        desk, template = context.services.desk, self.template

        def work(_task: object) -> Change:
            used = template if template.made_at else take_over(template.starter, desk=desk)
            return templates.open_from_template(used.id, self.wanted, desk=desk)

        return context.tasks.start(work, lane=WRITES)


def copy(context: "UiContext", change_id: str, title: str, parts: Iterable[str]) -> Task:
    """Open a copy of a change with the chosen parts."""
    desk = context.services.desk
    chosen = tuple(parts)
    return context.tasks.start(
        lambda _task: templates.copy_change(change_id, title, chosen, desk=desk), lane=WRITES
    )
