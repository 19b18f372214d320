"""What became of commands that were repeated on many hosts, each in one line."""

from collections.abc import Iterator

from app.domain.run import fleets
from app.i18n import _, ngettext
from app.services.fanout.deciding import standing
from app.services.fanout.limits import limits_in_words
from app.services.report_content.common import Claim
from app.services.report_content.evidence import EvidenceBook
from app.services.report_content.source import Source


def on_many_hosts(source: Source, book: EvidenceBook, *, good: bool) -> Iterator[Claim]:
    """Yield a line for each command on many hosts that did, or did not, succeed on all of them."""
    run = source.run
    if run is None:
        return
    begun = {item.step.fleet.fleet for item in source.started if item.step.fleet is not None}
    for key, fan_out in fleets(run.steps).items():
        if key not in begun or fan_out.succeeded is not good:
            continue
        steps = [run.of(part.host) for part in fan_out.parts]
        title = steps[0].step.title.rpartition(": ")[0] or steps[0].step.title
        n = fan_out.batches
        batches = ngettext("{n} batch", "{n} batches", n).format(n=n)
        text = _("“{title}” in {batches}: {how}; {limits}.").format(
            title=title,
            batches=batches,
            how=standing(fan_out),
            limits=limits_in_words(fan_out.tolerance),
        )
        excused = sorted({item.excused_by for item in steps if item.excused_by})
        if excused:
            text += " " + _("{who} went on with the rest.").format(who=", ".join(excused))
        lead = _("Every host took it.") if good else _("Not every host took it.")
        yield Claim(text, lead, book.run(run))
