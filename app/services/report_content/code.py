"""What of the code went live: repository, both revisions, where the difference is to be seen."""

from app.domain.change import Change
from app.i18n import _
from app.services.report_content.common import Claim
from app.services.report_content.source import Source
from app.services.report_content.words import moment_words, sentence
from app.wording import duration


def names_code(change: Change) -> bool:
    """Whether a change says anything of its code."""
    texts = (
        change.code_repository, change.code_before, change.code_revision, change.code_link,
    )  # fmt: skip
    return any(text.strip() for text in texts) or change.first_commit_at is not None


def code(source: Source) -> tuple[Claim, ...]:
    """Put into words what is known of the code; nothing where the change names none."""
    change = source.change
    if not names_code(change):
        return ()
    before, after = change.code_before.strip(), change.code_revision.strip()
    if before and after:
        moved = _("{before} → {after}").format(before=before, after=after)
    elif after:
        moved = _("{after}; what was live before was not said").format(after=after)
    elif before:
        moved = _("{before} before; what went live was not said").format(before=before)
    else:
        moved = _("no revision was said")
    where = change.code_repository.strip()
    told = f"{where}: {moved}" if where else moved  # names of code keep their small letters
    found = [Claim(f"{told}.", _("Code."))]
    if change.first_commit_at is not None:
        found.append(Claim(_lead(source), _("Oldest commit.")))
    if change.code_link.strip():
        found.append(Claim(change.code_link.strip(), _("To be seen at:")))
    return tuple(found)


def _lead(source: Source) -> str:
    """Say how long the oldest commit waited for production (DORA: change lead time)."""
    at, work = source.change.first_commit_at, source.work
    when = moment_words(at, source, dated=True)
    if at is None or work is None or work.end < at:
        return sentence(when)
    waited = duration((work.end - at).total_seconds())
    return _("{when}; {waited} until the work ended.").format(when=when, waited=waited)
