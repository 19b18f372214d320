"""What a check of the log and of the records has found, in sentences."""

from app.domain.event import ChainReport
from app.i18n import _, ngettext
from app.wording import count


def chain_words(found: ChainReport) -> list[str]:
    """Return a sentence about the entries, then one about the records, then what limits it."""
    if found.bad_seq is not None:
        return [
            _("Log entry {seq} does not fit: {why}.").format(seq=found.bad_seq, why=found.reason)
        ]
    lines = [
        _("{n} log entries, all fit. Head {head}.").format(
            n=count(found.entries), head=found.head[:12] or "–"
        )
    ]
    if found.bad_record:
        wrong = _("Record “{name}” does not fit: {why}.")
        lines.append(wrong.format(name=found.bad_record, why=found.reason))
        return lines
    said = ngettext(
        "{n} record, as the log says.", "{n} records, all as the log says.", found.records
    )
    lines.append(said.format(n=count(found.records)))
    if found.as_found:
        lines.append(as_found_words(found.as_found))
    return lines


def as_found_words(n: int) -> str:
    """Say what cannot be said of records that are older than their hashes."""
    return ngettext(
        "{n} record was written before hashes were kept:"
        " it is as it was found when the hashes began.",
        "{n} records were written before hashes were kept:"
        " they are as they were found when the hashes began.",
        n,
    ).format(n=count(n))
