"""What came after the work: how the service did, what users said, the review, the lasting gain."""

from collections.abc import Sequence
from datetime import datetime

from app.analysis.survey import summarise
from app.domain.benefit import BenefitDate, BenefitFinding, Due, Lasting
from app.domain.feedback import LEAST, Survey
from app.domain.metric import SampleSet
from app.domain.outage import OutageKind, downtime_s
from app.domain.review import Finding, Topic
from app.i18n import _, ngettext
from app.services.report_content.common import Claim, Icon, Mark
from app.services.report_content.evaluation_parts import (
    EvaluationPart,
    OutageRow,
    QuestionRow,
    RepeatRow,
)
from app.services.report_content.evidence import EvidenceBook
from app.services.report_content.facts import planned_downtime_s
from app.services.report_content.source import Source
from app.services.report_content.words import moment_words, sentence
from app.services.review.feedback_words import feedback_sentences
from app.services.review.reminders import repeats_of
from app.services.review.review_words import DUES, FINDINGS, LASTING, OUTAGES, TOPICS
from app.wording import DASH, clock_span, count_of, day, duration, number

MOST_QUOTES = 6
_FINDINGS = {
    Finding.YES: Icon.GOOD,
    Finding.PARTLY: Icon.WATCH,
    Finding.NO: Icon.BAD,
    Finding.NOT_APPLICABLE: Icon.NONE,
}
_LASTING = {
    Lasting.WORSE: Icon.BAD,
    Lasting.GONE: Icon.BAD,
    Lasting.PARTLY: Icon.WATCH,
    Lasting.CANNOT_TELL: Icon.UNKNOWN,
    Lasting.LASTED: Icon.GOOD,
    Lasting.UNCHANGED: Icon.SAME,
}
_DUES = {
    Due.DONE: Icon.GOOD,
    Due.PARTLY: Icon.UNKNOWN,
    Due.SKIPPED: Icon.UNKNOWN,
    Due.WAITING: Icon.NONE,
    Due.DUE: Icon.UNKNOWN,
    Due.MISSED: Icon.WATCH,
}


def evaluation(source: Source, book: EvidenceBook) -> EvaluationPart:
    """Put the part together."""
    change, found = source.change, summarise(source.surveys)
    said, left = _quotes(source.surveys)
    sentences = " ".join(feedback_sentences(found))
    nobody = _("No user feedback was collected; nothing is said about users’ experience.")
    ids = tuple(
        book.record(f"survey/{item.id}", _("Answers of users"), item, item.taken_at)
        for item in sorted(source.surveys, key=lambda item: item.id)
    )
    answers = {item.topic: item for item in change.answers}
    return EvaluationPart(
        intro=_intro(source, found.n),
        outages=tuple(
            OutageRow(
                _(OUTAGES[item.kind]),
                item.service,
                moment_words(item.begin, source, dated=True),
                duration(item.duration.total_seconds()) if item.duration else _("lasts"),
                item.text or DASH,
            )
            for item in sorted(change.outages, key=lambda item: item.begin)
        ),
        downtime=_downtime(source),
        no_outages=_("No outage and no degraded service is on record."),
        feedback=Claim(sentences or nobody, _("User feedback."), ids),
        ratings=tuple((_rating(n), found.counts[n - LEAST]) for n in range(5, 0, -1))
        if found.rated
        else (),
        quotes=said,
        quotes_left=ngettext(
            "{n} more comment is in the attached data.",
            "{n} more comments are in the attached data.",
            left,
        ).format(n=left)
        if left
        else "",
        questions=tuple(
            QuestionRow(
                _(TOPICS[topic]),
                _answer_mark(answers[topic].finding),
                answers[topic].note,
                answers[topic].by,
            )
            if topic in answers
            else QuestionRow(_(TOPICS[topic]), Mark(Icon.UNKNOWN, _("Not answered")), "", "")
            for topic in Topic
        )
        if answers
        else (),
        no_questions=_("No question of the implementation review was answered."),
        repeats=tuple(_repeat(item, source, book) for item in _dates(source)),
        no_repeats=_("The change is not measured again: it has not ended, or was taken back."),
        reviewed=_reviewed(source),
    )


def _intro(source: Source, answered: int) -> str:
    caused = sum(item.caused for item in source.change.incidents)
    parts = [
        ngettext("{n} incident caused", "{n} incidents caused", caused).format(n=caused),
        ngettext("{n} user answered", "{n} users answered", answered).format(n=answered),
        _("{share} questions of the review answered").format(
            share=count_of(len(source.change.answers), len(Topic))
        ),
    ]
    return f"{'; '.join(parts)}."


def _downtime(source: Source) -> str:
    """Planned beside actual, planned and unplanned kept apart."""
    change = source.change
    actual = downtime_s(change.outages, [kind for kind in OutageKind if kind.is_down])
    if actual is None:
        return ""
    unplanned = downtime_s(change.outages, (OutageKind.UNPLANNED,)) or 0.0
    planned = planned_downtime_s(source)
    text = _("Without the service: {actual} in all, {unplanned} of it unplanned").format(
        actual=duration(actual), unplanned=duration(unplanned)
    )
    if planned is None:
        return _("{text}; nothing was agreed beforehand.").format(text=text)
    return _("{text}; agreed were {planned}.").format(text=text, planned=duration(planned))


def _rating(value: int) -> str:
    words = {
        5: _("5, much better"),
        4: _("4, better"),
        3: _("3, the same"),
        2: _("2, worse"),
        1: _("1, much worse"),
    }
    return words[value]


def _quotes(surveys: tuple[Survey, ...]) -> tuple[tuple[tuple[str, str], ...], int]:
    """Return a few comments, the most critical first and each only once, and how many are left."""
    said = [item for survey in surveys for item in survey.responses if item.text]
    said.sort(key=lambda item: (item.rating or 3, item.text))
    unique = list({item.text: item for item in reversed(said)}.values())[::-1]
    shown = tuple(
        (
            item.text,
            ", ".join(
                part for part in (item.role, f"{item.rating}/5" if item.rating else "") if part
            ),
        )
        for item in unique[:MOST_QUOTES]
    )
    return shown, len(unique) - len(shown)


def _answer_mark(finding: Finding) -> Mark:
    return Mark(_FINDINGS[finding], _(FINDINGS[finding]))


def _dates(source: Source) -> tuple[BenefitDate, ...]:
    repeats = repeats_of(source.change)
    return repeats.dates(source.now) if repeats else ()


def _repeat(item: BenefitDate, source: Source, book: EvidenceBook) -> RepeatRow:
    check = item.check
    mark = Mark(_DUES[item.state], _(DUES[item.state]))
    found = []
    again: list[SampleSet] = []
    if check is not None and check.lasting is not None:
        if item.state is Due.DONE:
            mark = Mark(_LASTING[check.lasting], _(LASTING[check.lasting]), strong=True)
        again = [one for one in source.samples if one.id in check.samples]
        found = [_level(each, again, source) for each in check.findings]
    if check is not None and check.skipped:
        text = _("The rest is left out: {why}") if found else "{why}"
        found.append(text.format(why=check.skipped))
    if check is not None and item.left:
        names = (m.name for m in source.change.metrics if m.id in item.left)
        found.append(_("Not measured yet: {names}").format(names=", ".join(names)))
    elif item.state is Due.MISSED:
        found.append(_("Nobody looked."))
    return RepeatRow(
        _("{n} days").format(n=item.days),
        _day(item.due_at, source),
        mark,
        " ".join(map(sentence, found)) or DASH,
        book.samples(*again),
    )


def _level(each: BenefitFinding, again: Sequence[SampleSet], source: Source) -> str:
    """Say how one measure stands, and in which hours it was sampled again."""
    text = _("{metric}: {before} → {after} → {level}").format(
        metric=each.metric,
        before=number(each.before),
        after=number(each.after),
        level=number(each.level, each.unit),
    )
    own = next((one for one in reversed(again) if one.metric == each.metric_id), None)
    if own is None:
        return text
    return _("{text} ({hours})").format(
        text=text, hours=clock_span(own.start, own.end, source.zone)
    )


def _day(at: datetime, source: Source) -> str:
    return day(at, source.zone, year=True)


def _reviewed(source: Source) -> Claim:
    change = source.change
    if not change.reviewed_by:
        text = _("Nobody has reviewed the change yet.")
        if due := change.review_due_at:
            asked = _("It was due {day}.") if due <= source.now else _("It is due {day}.")
            text = f"{text} {asked.format(day=_day(due, source))}"
        return Claim(text, _("Review."))
    when = moment_words(change.reviewed_at, source, dated=True)
    text = _("{name}, {when}; the work was done by {implementer}.").format(
        name=change.reviewed_by, when=when, implementer=change.implementer or _("nobody by name")
    )
    return Claim(text, _("Reviewed by"))
