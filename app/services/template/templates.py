"""Make templates from changes, approve them by name, and open changes from them."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from app.domain.change import Change, ChangeType
from app.domain.event import NewEvent
from app.domain.functional import ProbeKind
from app.domain.ids import HostId, TemplateId, new_id
from app.domain.review import TestCase
from app.domain.runbook import ON_HOST, Runbook
from app.domain.template import TEMPLATE_FIELDS, Template, pattern_of
from app.errors import IllegalMove, InvalidInput
from app.i18n import _
from app.services.change.changes import MAX_TITLE, Desk, blank_change
from app.services.change.origins import record_of
from app.services.change.plan_changes import PlanDifference
from app.services.ports.store import UnitOfWork
from app.services.template.editions import altered_between, in_order
from app.services.template.standing import TrackRecord, standing

USUAL_LOCKS = ("scope", "runbook", "backup_plan", "backout_plan", "test_plan", "outage")
"""What is locked unless other fields are chosen: what approval of a standard change rests on."""


@dataclass(frozen=True, slots=True)
class TemplateRow:
    """The newest edition of a template as the library shows it."""

    template: Template
    record: TrackRecord
    poor: str
    """Why no standard change may rest on it, "" in good standing."""
    editions: tuple[Template, ...] = ()
    altered: tuple[PlanDifference, ...] = ()
    """What the newest edition does otherwise than the one before it."""

    @property
    def is_good(self) -> bool:
        """Whether it is in good standing."""
        return not self.poor


def make_template(
    change_id: str,
    name: str,
    *,
    desk: Desk,
    locked: Iterable[str] = USUAL_LOCKS,
    family: str = "",
    note: str = "",
) -> Template:
    """Make a template, or the next edition of one, from the plan of a change.

    Raises:
        InvalidInput: The name is missing, or a lock names no field of a template.
        IllegalMove: The change has no step, so there is nothing to repeat, or the template is
            retired.
    """
    name = name.strip()
    if not name or len(name) > MAX_TITLE:
        raise InvalidInput(_("A template has a name of 1 to {n} characters.").format(n=MAX_TITLE))
    locks = tuple(field for field in TEMPLATE_FIELDS if field in set(locked))
    with desk.new_uow() as uow:
        change = uow.changes.get(change_id)
        if not change.runbook.steps:
            raise IllegalMove(_("{number} has no runbook.").format(number=change.number))
        earlier = uow.templates.list(family=family) if family else ()
        if earlier and _newest(earlier).retired_by:
            raise IllegalMove(_("“{name}” is retired.").format(name=_newest(earlier).name))
        key = TemplateId(new_id())
        template = Template(
            key,
            family or key,
            name,
            pattern_of(change),
            max((item.edition for item in earlier), default=0) + 1,
            locks,
            note.strip(),
            desk.actor,
            desk.clock.now(),
            made_from=change.id,
            recurrence=_newest(earlier).recurrence if earlier else None,
        )
        uow.templates.add(template)
        text = _("Made template “{name}”, edition {n}, from {number}")
        _log(uow, "template.made", text.format(number=change.number, **_of(template)), template)
        uow.commit()
    return template


def approve_template(template_id: str, *, desk: Desk) -> Template:
    """Stand for an edition by name; whoever made it cannot.

    Raises:
        IllegalMove: The actor made the edition, a newer one exists, or it is retired.
    """
    with desk.new_uow() as uow:
        template = uow.templates.get(template_id)
        if template.made_by == desk.actor:
            raise IllegalMove(_("Who made an edition cannot approve it."))
        if template.retired_by:
            raise IllegalMove(_("“{name}” is retired.").format(name=template.name))
        if _newest(uow.templates.list(family=template.family)).id != template.id:
            raise IllegalMove(_("There is a newer edition of “{name}”.").format(name=template.name))
        saved = uow.templates.save(
            replace(template, approved_by=desk.actor, approved_at=desk.clock.now())
        )
        text = _("Approved template “{name}”, edition {n}").format(**_of(saved))
        _log(uow, "template.approved", text, saved)
        uow.commit()
    return saved


def retire_template(template_id: str, reason: str, *, desk: Desk) -> Template:
    """Take a template out of use, with a reason; changes opened from it stay."""
    if not reason.strip():
        raise IllegalMove(_("Say why the template is taken out of use."))
    with desk.new_uow() as uow:
        template = uow.templates.get(template_id)
        saved = uow.templates.save(
            replace(template, retired_by=desk.actor, retired_reason=reason.strip())
        )
        text = _("Retired template “{name}”: {why}").format(name=saved.name, why=reason.strip())
        _log(uow, "template.retired", text, saved)
        uow.commit()
    return saved


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a new change from a template shall be called, do, and run on."""

    title: str = ""
    host: HostId | None = None
    values: tuple[tuple[str, str], ...] = ()


def open_from_template(template_id: str, wanted: Wanted, *, desk: Desk) -> Change:
    """Open a draft from a template: standard when it is in good standing, else normal.

    Raises:
        InvalidInput: The title is too long.
        IllegalMove: The template is retired.
    """
    with desk.new_uow() as uow:
        template = uow.templates.get(template_id)
        if template.retired_by:
            raise IllegalMove(_("“{name}” is retired.").format(name=template.name))
        saved = drafted(template, wanted, uow, desk=desk)
        uow.commit()
    return saved


def drafted(template: Template, wanted: Wanted, uow: UnitOfWork, *, desk: Desk) -> Change:
    """Add a draft from a template inside an open unit of work."""
    good = not standing(template, record_of(template, uow))
    fields = {name: getattr(template.pattern, name) for name in TEMPLATE_FIELDS}
    change = replace(
        blank_change(wanted.title or template.pattern.title or template.name, uow, desk=desk),
        **{name: value for name, value in fields.items() if name != "title"},
        type=ChangeType.STANDARD if good else ChangeType.NORMAL,
        requested_by=desk.actor,
        template=template.id,
    )
    change = _on_host(change, wanted)
    uow.changes.add(change)
    text = _("Opened “{title}” from template “{name}”, edition {n}")
    uow.log.append(
        NewEvent(
            "change.opened",
            text.format(title=change.title, **_of(template)),
            change.id,
            (template.id,),
        )
    )
    return change


def _on_host(change: Change, wanted: Wanted) -> Change:
    """Send the steps and the probes that name no host to the wanted one."""
    named = dict(change.runbook.values) | dict(wanted.values)
    steps = change.runbook.steps
    if wanted.host is not None:
        steps = tuple(
            replace(step, host=wanted.host) if step.host is None and step.kind in ON_HOST else step
            for step in steps
        )
        tests = tuple(_probed_on(case, wanted.host) for case in change.tests)
        hosts = tuple(dict.fromkeys((*change.hosts, wanted.host)))
        change = replace(change, hosts=hosts, tests=tests)
    return replace(change, runbook=Runbook(steps, tuple(named.items())))


def _probed_on(case: TestCase, host: HostId) -> TestCase:
    probe = case.probe
    if probe is None or probe.host is not None or probe.kind is ProbeKind.HTTP:
        return case
    return replace(case, probe=replace(probe, host=host))


COPIED: dict[str, tuple[str, ...]] = {
    "need": ("description", "business_service", "tags", "justification", "need", "priority"),
    "impact": ("impact", "scope"),
    "options": ("options", "risk"),
    "runbook": ("hosts", "runbook", "code_repository", "backup_plan", "backup_apart"),
    "plans": (
        "implementation_plan", "backout_plan", "test_plan", "communication_plan", "outage",
        "planned_downtime_min", "tasks",
    ),
    "measures": (
        "metrics", "baseline_s", "settle_s", "load_terms", "tests", "monitor_days", "review_days",
        "benefit_days",
    ),
    "people": ("contacts",),
}  # fmt: skip
"""What can be copied from a change, by part; what happened to it never is."""


def copy_change(change_id: str, title: str, parts: Iterable[str], *, desk: Desk) -> Change:
    """Open a draft with the chosen parts of another change; results and signatures stay behind.

    Raises:
        InvalidInput: The title is too long, or a part is unknown.
    """
    chosen = tuple(parts)
    if unknown := set(chosen) - COPIED.keys():
        raise InvalidInput(_("There is no part {names}.").format(names=", ".join(sorted(unknown))))
    with desk.new_uow() as uow:
        source = uow.changes.get(change_id)
        pattern = pattern_of(source)
        fields = {name: getattr(pattern, name) for part in chosen for name in COPIED[part]}
        change = replace(
            blank_change(title or source.title, uow, desk=desk), **fields, copied_from=source.id
        )
        uow.changes.add(change)
        text = _("Opened “{title}” as a copy of {number}").format(
            title=change.title, number=source.number
        )
        uow.log.append(NewEvent("change.opened", text, change.id, (source.id,)))
        uow.commit()
    return change


def library(*, desk: Desk) -> tuple[TemplateRow, ...]:
    """Return the newest edition of every template with its record, by name."""
    with desk.new_uow() as uow:
        families: dict[str, list[Template]] = {}
        for item in uow.templates.list():
            families.setdefault(item.family, []).append(item)
        rows = []
        for editions in families.values():
            newest = _newest(editions)
            record = record_of(newest, uow)
            ordered = in_order(editions)
            altered = (
                altered_between(ordered[1].pattern, newest.pattern) if len(ordered) > 1 else ()
            )
            rows.append(TemplateRow(newest, record, standing(newest, record), ordered, altered))
    return tuple(sorted(rows, key=lambda row: row.template.name.casefold()))


def _newest(editions: Iterable[Template]) -> Template:
    return max(editions, key=lambda item: item.edition)


def _of(template: Template) -> dict[str, object]:
    return {"name": template.name, "n": template.edition}


def _log(uow: UnitOfWork, kind: str, text: str, template: Template) -> None:
    uow.log.append(NewEvent(kind, text, refs=(template.id,)))
