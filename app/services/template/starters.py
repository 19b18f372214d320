"""Templates that come with the program: data in ``resources/runbooks``, taken over by a person."""

from dataclasses import replace
from functools import cache

import msgspec

from app.domain.change import Change
from app.domain.event import NewEvent
from app.domain.ids import ChangeId, TemplateId, new_id
from app.domain.template import TEMPLATE_FIELDS, Template, pattern_of
from app.errors import NotFound
from app.i18n import _
from app.paths import resource_path
from app.services.change.changes import Desk

MAKER = "Change Desk"
"""Who made the first edition of a starter; so anybody of the team may approve it."""


class _File(msgspec.Struct, forbid_unknown_fields=True):
    """A bundled template as it stands in its file."""

    name: str
    note: str
    locked: tuple[str, ...]
    pattern: dict[str, object]


@cache
def starters() -> tuple[Template, ...]:
    """Return the bundled templates, by name; none of them is approved."""
    found = []
    for path in sorted(resource_path("runbooks").glob("*.json")):
        file = msgspec.json.decode(path.read_bytes(), type=_File)
        body = {"id": "", "number": "", **file.pattern}
        change = pattern_of(msgspec.convert(body, Change))
        locked = tuple(name for name in TEMPLATE_FIELDS if name in file.locked)
        found.append(
            Template(
                TemplateId(f"starter:{path.stem}"),
                f"starter:{path.stem}",
                file.name,
                replace(change, id=ChangeId("")),
                locked=locked,
                note=file.note,
                made_by=MAKER,
                starter=path.stem,
            )
        )
    return tuple(sorted(found, key=lambda item: item.name))


def take_over(starter: str, *, desk: Desk) -> Template:
    """Put a bundled template into the library as its own first edition; raises NotFound.

    One that is there already is returned as it is.
    """
    source = next((item for item in starters() if item.starter == starter), None)
    if source is None:
        raise NotFound(_("There is no bundled template {name}.").format(name=starter))
    with desk.new_uow() as uow:
        known = [item for item in uow.templates.list() if item.starter == starter]
        if known:
            return max(known, key=lambda item: item.edition)
        key = TemplateId(new_id())
        template = replace(source, id=key, family=key, made_at=desk.clock.now())
        uow.templates.add(template)
        text = _("Took the bundled template “{name}” into the library").format(name=template.name)
        uow.log.append(NewEvent("template.made", text, refs=(key,)))
        uow.commit()
    return template
