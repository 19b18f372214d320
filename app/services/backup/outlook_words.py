"""How the outlook of a backup is said, in the window and by the command alike."""

from app.domain.preflight import HostOutlook, LeftOut, SourceOutlook
from app.i18n import _, ngettext
from app.wording import NONE, bytes_size, count, duration

Fact = tuple[str, str]
_NAMES_CHARS = 28


def host_facts(found: HostOutlook) -> tuple[Fact, ...]:
    """Return what is known before a backup of a host: size, time, room."""
    if found.problem:
        return ((_("Cannot be asked"), found.problem),)
    unknown = any(one.plain_bytes is None for one in found.sources)
    size = bytes_size(found.plain_bytes)
    if unknown:
        size = _("{size}, and databases whose size is told only by the dump").format(size=size)
    facts = [(_("To capture"), size)]
    if found.expected_s is None:
        facts.append((_("Will take"), _("not known: this host has no earlier backup")))
    else:
        facts.append((
            _("Will take"),
            _("about {time} with proof to L2, {stored} stored, going by the last backup").format(
                time=duration(found.expected_s), stored=bytes_size(found.expected_stored_bytes)
            ),
        ))  # fmt: skip
    facts.append((_("Room in the vault"), _room(found.needed_here_bytes, found.free_here_bytes)))
    if found.spool_bytes:
        facts.append((_("Room on the host"), _room(found.spool_bytes, found.free_there_bytes)))
    return tuple(facts)


def source_fact(found: SourceOutlook) -> Fact:
    """Return what one source holds, or why that is not known."""
    title = _("From {names}").format(names=_short(found.source.title))
    if found.problem:
        return title, found.problem
    if found.members is None:
        return title, _("its size is told only by the dump")
    said = ngettext("{n} entry, {size}", "{n} entries, {size}", found.members)
    return title, said.format(n=count(found.members), size=bytes_size(found.plain_bytes))


def rule_fact(found: LeftOut) -> Fact:
    """Return what one rule leaves out."""
    title = _("Left out by {rule}").format(rule=found.rule)
    if found.is_idle:
        return title, _("nothing: is it written as it should be?")
    said = ngettext("{n} entry, {size}: {names}", "{n} entries, {size}: {names}", found.members)
    return title, said.format(
        n=count(found.members),
        size=bytes_size(found.plain_bytes),
        names=", ".join(found.largest) or NONE,
    )


def verdict(found: HostOutlook) -> str:
    """Return the one sentence above the facts of a host."""
    if found.problem or any(one.problem for one in found.sources):
        return _("Not everything could be looked at.")
    if not found.fits_here:
        return _("There is no room for it in the vault.")
    if not found.fits_there:
        return _("The host has no room for what is written there first.")
    return _("Nothing stands in the way.")


def _short(title: str) -> str:
    """Return a title by the last parts of its paths, cut where it is still long."""
    names = ", ".join(part.rsplit("/", 1)[-1] or part for part in title.split(", "))
    return names if len(names) <= _NAMES_CHARS else f"{names[: _NAMES_CHARS - 1]}…"


def _room(needed: int, free: int | None) -> str:
    if free is None:
        return _("{needed} needed at most; the host does not say what is free").format(
            needed=bytes_size(needed)
        )
    return _("{needed} needed at most, {free} free").format(
        needed=bytes_size(needed), free=bytes_size(free)
    )
