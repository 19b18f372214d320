"""How commands show backup sets."""

import argparse
from collections.abc import Sequence

from app.domain.backup import BackupSet, Level, Outcome
from app.domain.ids import HostId
from app.errors import InvalidInput, NotFound
from app.i18n import _
from app.services.backup.set_records import proof_words
from app.wording import bytes_size, moment

FINDING = 3
"""The exit code when something was found that is not as it should be."""


def level_of(text: str) -> Level:
    """Read ``L2``, ``2`` or ``readable``."""
    word = text.strip().upper()
    for level in Level:
        if word in (str(int(level)), f"L{int(level)}", level.name):
            return level
    raise argparse.ArgumentTypeError(_("{text} is not one of L0 to L4").format(text=text))


def find_set(wanted: str, sets: Sequence[BackupSet]) -> BackupSet:
    """Return the set whose id is, or begins with, ``wanted``; raises NotFound, InvalidInput."""
    found = [item for item in sets if item.id.startswith(wanted)]
    if not found:
        raise NotFound(_("There is no backup set {id}.").format(id=wanted))
    if len(found) > 1:
        raise InvalidInput(_("{id} fits {n} sets.").format(id=wanted, n=len(found)))
    return found[0]


def host_of(name: str, item: BackupSet) -> HostId | None:
    """Return the host of a set by its name, None without one; raises NotFound."""
    if not name:
        return None
    found = [key for key, known in item.hosts.items() if name in (known, key)]
    if not found:
        raise NotFound(_("The set holds nothing of {name}.").format(name=name))
    return found[0]


def objects_of(names: Sequence[str], item: BackupSet, host: str = "") -> tuple[str, ...]:
    """Return the objects of a set, named as they are stored or by what they hold.

    Raises:
        NotFound: The set, or what it holds of this host, has none of a name.
    """
    found: list[str] = []
    for name in names:
        fitting = [
            one.name
            for one in item.objects
            if name in (one.name, one.title) and (not host or one.host_name in ("", host))
        ]
        if not fitting:
            raise NotFound(
                _("The set holds no object {name}.").format(name=name),
                hint=_("changedesk vault show names them."),
            )
        found += fitting
    return tuple(found)


def set_data(item: BackupSet) -> dict[str, object]:
    """Return a set as the JSON answers show it."""
    return {
        "id": item.id,
        "change": item.change,
        "host": item.host_name,
        "hosts": list(item.hosts.values()),
        "state": item.state.value,
        "level": item.level,
        "sealed_at": item.sealed_at,
        "duration_s": item.duration_s,
        "plain_bytes": item.plain_bytes,
        "stored_bytes": item.stored_bytes,
        "manifest_sha256": item.manifest_sha256,
        "path": item.path,
        "missing": item.missing,
        "accepted_by": item.accepted_by,
        "acceptance_record_missing": item.acceptance_lost,
        "copies": item.copies,
        "objects": item.objects,
        "verifications": [
            {
                "level": v.level,
                "outcome": v.outcome.value,
                "at": v.at,
                "duration_s": v.duration_s,
                "detail": v.detail,
                "by": v.by,
                "record_sha256": v.record,
                "record_missing": v.is_lost,
            }
            for v in item.verifications
        ],
    }


def set_line(item: BackupSet) -> str:
    """Return a set as one line of a list."""
    proven = _("missing") if item.missing else item.level.label if item.level is not None else "–"
    lost = "  " + _("a proof record is missing") if item.lost else ""
    return (
        f"{item.id}  {moment(item.sealed_at)}  {item.host_name}  {item.state.value}  {proven}  "
        f"{bytes_size(item.stored_bytes)}{lost}"
    )


def set_lines(item: BackupSet) -> list[str]:
    """Return a set with its objects and proofs, one line each."""
    lines = [set_line(item)]
    for stored in item.objects:
        size = f"{bytes_size(stored.plain_bytes)}, {bytes_size(stored.stored_bytes)} stored"
        of = f"{stored.host_name}: " if len(item.hosts) > 1 else ""
        lines.append(f"  {of}{stored.name}: {stored.state.value}, {size}")
        lines += [f"    {warning}" for warning in stored.warnings[:5]]
    for copied in item.copies:
        lost = " " + _("(its record is missing from the vault)") if copied.is_lost else ""
        words = _("Copy in {where}, {at}").format(where=copied.where, at=moment(copied.at))
        lines.append(f"  {words}{lost}")
    if item.acceptance_lost:
        lines.append("  " + _("The record of its acceptance is missing from the vault."))
    for proof in item.verifications:
        words = "" if proof.outcome is Outcome.PASSED else f" {proof.outcome.value}"
        lines.append(f"  {proof.level.label}{words}: {proof.detail}")
    lines += [f"  {text}" for text in lost_lines(item)]
    return lines


def lost_lines(item: BackupSet) -> list[str]:
    """Return a line for each proof whose record is missing from the vault."""
    text = _("A proof record is missing: {proof}")
    return [text.format(proof=proof_words(proof)) for proof in item.lost]
