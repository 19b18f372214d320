"""The verdict sentence of the report: what was done, when, how it ended, and what went wrong."""

from app.domain.change import ChangeState
from app.domain.review import CloseCode
from app.domain.verdict import Comparison, Verdict
from app.i18n import _, ngettext
from app.services.report_content.source import Source
from app.services.report_content.words import (
    lower_first,
    move_verb,
    sentence,
    target_words,
)
from app.services.review.rag import Dimension, Light, Rag
from app.wording import day, duration

_MOST_ISSUES = 2
_LONG_TITLE = 70
NO_BREAK = "\u00a0"


def headlines(source: Source, rag: Rag) -> tuple[str, ...]:
    """Return the sentence in up to three lengths, the longest first."""
    change, work = source.change, source.work
    name = _("“{title}”").format(title=change.title.strip())
    if change.state is ChangeState.CANCELED:
        return (_("{name} was canceled before any work was done.").format(name=name),)
    if work is None:
        return (_not_done(source, name),)
    when = day(work.start, source.zone, year=True).replace(" ", NO_BREAK)
    if change.backed_out:
        return _backed_out(source, name, when)
    result, issues = _result(source), _issues(rag)
    outcome = _outcome(rag, change.close_code)
    whole = outcome.format(name=name, day=when)
    brief = outcome.format(name=_("“{title}”").format(title=_cut(change.title)), day=when)
    found = [
        f"{done}{_told(result, some)}." for done in (whole, brief) for some in (issues, issues[:1])
    ]
    return tuple(dict.fromkeys([*found, f"{brief}{_told('', issues[:1])}."]))


def _cut(title: str) -> str:
    """Shorten a title that would fill the sentence alone."""
    title = title.strip()
    if len(title) <= _LONG_TITLE:
        return title
    return title[:_LONG_TITLE].rsplit(" ", 1)[0].rstrip(",;:") + " …"


def _told(result: str, issues: list[str]) -> str:
    if result:
        return f": {result}" + (f", {_('but')} {_(' and ').join(issues)}" if issues else "")
    return f": {_(' and ').join(issues)}" if issues else ""


def _not_done(source: Source, name: str) -> str:
    if source.run is not None:
        return _("{name} is being carried out; nothing can be said about its outcome yet.").format(
            name=name
        )
    return _("{name} has not been carried out yet.").format(name=name)


def _backed_out(source: Source, name: str, when: str) -> tuple[str, ...]:
    run, work = source.run, source.work
    short = _("{name} was backed out on {day}.").format(name=name, day=when)
    if run is None or work is None:
        return (short,)
    long = _("{name} was backed out on {day} after {time}: {why}").format(
        name=name,
        day=when,
        time=duration(work.duration.total_seconds()),
        why=sentence(run.backout_reason or _("no reason was written down")),
    )
    return (long, short)


def _outcome(rag: Rag, code: CloseCode | None) -> str:
    """Return how it ended by the rules; a person who closed it harder than they do is heard."""
    n = len(rag.issues)
    if code is CloseCode.UNSUCCESSFUL:
        return _("{name}, carried out on {day}, did not reach what was agreed")
    if code is CloseCode.WITH_ISSUES and rag.overall is Light.GOOD:
        return _("{name} succeeded on {day} with issues")
    match rag.overall:
        case Light.GOOD:
            return _("{name} succeeded on {day}")
        case Light.BAD:
            return _("{name}, carried out on {day}, did not reach what was agreed")
        case Light.UNKNOWN:
            return _("{name} was carried out on {day}; whether it succeeded is not settled")
        case Light.WATCH:
            words = ngettext(
                "{{name}} succeeded on {{day}} with {n} issue",
                "{{name}} succeeded on {{day}} with {n} issues",
                n,
            )
            return words.format(n=_number_word(n)) if n else _("{name} was carried out on {day}")


def _number_word(n: int) -> str:
    words = (_("no"), _("one"), _("two"), _("three"), _("four"), _("five"), _("six"))
    return words[n] if n < len(words) else str(n)


def _result(source: Source) -> str:
    metric = source.main_metric
    item = source.comparison(metric.id) if metric is not None else None
    return result_clause(item) if item is not None else ""


def result_clause(item: Comparison) -> str:
    """Say what became of a metric: "order response time fell 35 % (target ≤ 300 ms met)"."""
    name = lower_first(item.metric)
    match item.verdict:
        case Verdict.NOT_MEASURED:
            return _("{name} was not measured").format(name=name)
        case Verdict.NOT_ENOUGH_DATA:
            text = _("whether {name} moved cannot be told yet").format(name=name)
        case Verdict.NO_MATERIAL_CHANGE:
            text = _("{name} did not change by an amount that matters").format(name=name)
        case _:
            text = f"{name} {move_verb(item)}"
    target = target_words(item.target, item.unit)
    if item.target_met is None:
        return text
    words = _("target {target} met") if item.target_met else _("target {target} missed")
    return f"{text} ({words.format(target=target)})"


def _issues(rag: Rag) -> list[str]:
    """Return the clauses of what went wrong; Bad process is always named."""
    found = sorted(
        rag.issues, key=lambda item: (item.dimension is not Dimension.PROCESS, -item.light.rank)
    )
    named = [item for item in found if item.clause]
    if not any(i.dimension is Dimension.PROCESS and i.light is Light.BAD for i in named):
        named = [item for item in rag.issues if item.clause]
    return [item.clause for item in named[:_MOST_ISSUES]]
