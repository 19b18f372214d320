"""What answers of users come to, in words that never say more than their number allows."""

from app.analysis.survey import FEW, Share, Summary
from app.i18n import _, ngettext
from app.wording import DASH, count, count_of, number, percent


def feedback_sentences(found: Summary) -> tuple[str, ...]:
    """Return how many answered, what they rated, and how far that may be trusted."""
    if not found.n:
        if found.response is None:
            return ()
        asked = found.response.whole
        text = ngettext(
            "Nobody answered: {n} person was invited.", "Nobody answered: {n} people were invited.",
            asked,
        )  # fmt: skip
        return (text.format(n=count(asked)),)
    lines = [ngettext("{n} answer.", "{n} answers.", found.n).format(n=count(found.n))]
    if found.response is not None:
        lines.append(
            _("Of those invited, {share} answered.").format(share=share_words(found.response))
        )
    else:
        lines.append(_("How many were invited is not on record, so there is no response rate."))
    if found.mean is not None and found.interval is not None:
        low, high = found.interval
        lines.append(
            _("Mean rating {mean} of 5, median {median}, likely range {low} to {high}.").format(
                mean=number(found.mean, digits=2),
                median=number(found.median, digits=2),
                low=number(low, digits=2),
                high=number(high, digits=2),
            )
        )
        lines.append(_("Satisfied (4 or 5): {share}.").format(share=share_words(found.satisfied)))
    if 0 < found.rated < FEW:
        lines.append(
            _("With fewer than {n} ratings there are counts only, no percentage.").format(n=FEW)
        )
    return tuple(lines)


def share_words(item: Share) -> str:
    """Write a share: "18 of 24 (75 %, likely 55 to 88 %)"; counts alone below ten."""
    counts = count_of(item.part, item.whole)
    if item.fraction is None:
        return counts
    return _("{counts} ({share}, likely {low}{dash}{high})").format(
        counts=counts,
        share=percent(item.fraction),
        low=number(100 * item.low),
        dash=DASH,
        high=percent(item.high),
    )
