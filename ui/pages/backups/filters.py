"""Which of the vault's sets are listed: by a chip, and by what was typed."""

from collections.abc import Callable, Sequence

from app.domain.backup import Outcome
from app.i18n import _
from app.services.search.spelling import folded
from ui.operations.backups import SetView


def _is_failed(view: SetView) -> bool:
    item = view.set
    latest = {proof.level: proof for proof in item.verifications}.values()
    failed = any(
        proof.is_lost or proof.outcome in (Outcome.FAILED, Outcome.TIMED_OUT) for proof in latest
    )
    return item.missing or failed or not (item.usable or item.binned_at)


FILTERS: tuple[tuple[str, Callable[[SetView], bool]], ...] = (
    (_("All"), lambda view: view.set.binned_at is None),
    (_("Open changes"), lambda view: view.open_change),
    (_("Failed"), _is_failed),
    (_("To settle"), lambda view: bool(view.restores)),
    (_("Bin"), lambda view: view.set.binned_at is not None),
)


def counts(views: Sequence[SetView]) -> list[int]:
    """Return how many sets each filter holds."""
    return [sum(map(test, views)) for _name, test in FILTERS]


def chosen(views: Sequence[SetView], position: int, text: str) -> list[SetView]:
    """Return the sets of a filter whose host, change or content holds a text, in any case."""
    test = FILTERS[position][1]
    words = folded(text).split()
    return [view for view in views if test(view) and _holds(view, words)]


def _holds(view: SetView, words: Sequence[str]) -> bool:
    titles = " ".join(one.title for one in view.set.objects)
    place = folded(f"{view.set.host_name} {view.number} {titles}")
    return all(word in place for word in words)
