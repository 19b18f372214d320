"""The sentence on a whole change."""

from collections import Counter
from collections.abc import Sequence

from app.domain.verdict import Comparison, OverallVerdict, Verdict
from app.i18n import _, ngettext


def overall_sentence(verdict: OverallVerdict, found: Sequence[Comparison], number: str = "") -> str:
    """Return the sentence on the whole change.

    Args:
        verdict: The overall verdict.
        found: All comparisons.
        number: The number of the change, if it shall be named.
    """
    counts = Counter(item.verdict for item in found)
    parts = []
    for kind, text in (
        (Verdict.REGRESSED, _("{n} got worse")),
        (Verdict.IMPROVED, _("{n} got better")),
        (Verdict.CHANGED, _("{n} changed")),
        (Verdict.NO_MATERIAL_CHANGE, _("{n} without material change")),
        (Verdict.NOT_ENOUGH_DATA, _("{n} not yet decidable")),
        (Verdict.NOT_MEASURED, _("{n} not measured")),
    ):
        if counts[kind]:
            named = "" if kind is Verdict.NO_MATERIAL_CHANGE else _names(found, kind)
            parts.append(text.format(n=counts[kind]) + named)
    if crossed := [item for item in found if item.crossed_limit]:
        names = ", ".join(item.metric for item in crossed)
        parts.append(_("{n} crossed a limit ({names})").format(n=len(crossed), names=names))
    head = _("Change {number}: {verdict}.") if number else _("{verdict}.")
    total = ngettext("Of {n} measure: {parts}.", "Of {n} measures: {parts}.", len(found))
    return " ".join(
        (
            head.format(number=number, verdict=verdict.words.upper()),
            total.format(n=len(found), parts=", ".join(parts)) if found else "",
            _advice(verdict),
        )
    ).strip()


def _names(found: Sequence[Comparison], verdict: Verdict) -> str:
    return f" ({', '.join(item.metric for item in found if item.verdict is verdict)})"


def _advice(verdict: OverallVerdict) -> str:
    match verdict:
        case OverallVerdict.REGRESSED:
            return _("Suggested: keep under observation or roll back.")
        case OverallVerdict.MIXED:
            return _("Suggested: decide measure by measure, keep under observation.")
        case OverallVerdict.INCONCLUSIVE:
            return _("Suggested: measure longer before saying anything.")
        case _:
            return _("Suggested: go on as planned.")


def overall_rule(verdict: OverallVerdict) -> str:
    """Return the rule that gives this overall verdict."""
    match verdict:
        case OverallVerdict.REGRESSED:
            return _("A key measure got worse, or a measure crossed its target or its objective.")
        case OverallVerdict.MIXED:
            return _("Only measures that are not key got worse, or a move began before the change.")
        case OverallVerdict.INCONCLUSIVE:
            return _(
                "No measure got worse, but a key measure cannot be decided yet or was not measured."
            )
        case OverallVerdict.IMPROVED:
            return _("At least one key measure got better, none got worse.")
        case _:
            return _("Every key measure stayed the same within its margin.")
