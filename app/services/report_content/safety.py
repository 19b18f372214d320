"""Backup, risk and tests: how the way back was proven, what was feared, what was tried."""

from datetime import datetime

from app.analysis.chart_axes import time_ticks
from app.domain.backup import BackupSet, CaptureState, Level, Outcome, Verification
from app.domain.change import Change
from app.domain.review import Side, TestCase, TestKind
from app.i18n import _, later
from app.services.backup.set_records import proof_words
from app.services.report_content.claims import claim_block, claimed_words
from app.services.report_content.common import Claim, Icon, Mark
from app.services.report_content.evidence import EvidenceBook
from app.services.report_content.proofs import (
    BackupBlock,
    ProofRow,
    Rollback,
    SafetyPart,
    TestRow,
)
from app.services.report_content.risk import risk_part
from app.services.report_content.source import Source
from app.services.report_content.words import moment_words, sentence, test_mark
from app.services.review.rag import Rag
from app.services.review.review_words import RELATIONS
from app.services.risks import draft_words
from app.services.run.rollback import ROLLBACK_FACTOR, RollbackTime, measured_words, rollback_time
from app.services.test_case.testing import RESULT_WORDS
from app.wording import (
    NONE,
    bytes_size,
    clock,
    count_of,
    day,
    duration,
    zone_label,
)

_OUTCOMES = {
    Outcome.PASSED: (Icon.GOOD, later("Passed")),
    Outcome.FAILED: (Icon.BAD, later("Failed")),
    Outcome.TIMED_OUT: (Icon.BAD, later("Timed out")),
    Outcome.RUNNING: (Icon.UNKNOWN, later("Running")),
    Outcome.NOT_DONE: (Icon.UNKNOWN, later("Not done")),
}
_KINDS = {
    TestKind.QA: "Q",
    TestKind.FUNCTIONAL: "F",
    TestKind.LOAD: "L",
    TestKind.SECURITY: "S",
}
_WINDOW_SHARE = 0.03
"""Below this share of the window the work cannot be drawn to scale."""


def safety(source: Source, rag: Rag, book: EvidenceBook) -> SafetyPart:
    """Put the part together."""
    change = source.change
    blocks = (
        *(_block(item, source, book) for item in source.counted_backups),
        *(claim_block(item, source, book) for item in source.counted_claims),
    )
    return SafetyPart(
        intro=_intro(source),
        backups=blocks,
        no_backup="" if blocks else _no_backup(source),
        rollback=_rollback(source, book),
        risk=risk_part(source, rag, book),
        no_risk="" if change.risk else _no_risk(change),
        tests=tuple(_test(case, number, book) for case, number in _numbered(change.tests)),
        no_tests="" if change.tests else _("No test was part of this change."),
        tests_note=_tests_note(source),
        incidents=tuple(
            (
                item.reference,
                item.title,
                f"P{item.priority}, {_(RELATIONS[item.relation]).lower()}",
                _restored_words(item.detected_at, item.restored_at),
            )
            for item in change.incidents
        ),
        no_incidents=_("No incident is linked to this change."),
    )


def _no_risk(change: Change) -> str:
    text = _("The risk of this change was not assessed.")
    begun = draft_words(change.risk_draft)
    if not begun:
        return text
    return f"{text} {_('A judgement was {begun}, and never finished.').format(begun=begun)}"


def _intro(source: Source) -> str:
    parts = []
    sets = source.counted_backups
    proven = [item.level for item in sets if item.level is not None]
    if sets and len(proven) == len(sets):
        text = _("The backup is {level}").format(level=min(proven).label)
        restores = [item.restore_s for item in sets if item.restore_s is not None]
        if restores:
            text += _("; a restore takes {time}").format(time=duration(max(restores)))
        used = _("it was used") if source.change.backed_out else _("it was not needed")
        parts.append(f"{text}; {used}." if source.run else f"{text}.")
    elif sets:
        parts.append(_("The backup was taken, but it is not proven."))
    if claimed := claimed_words(source):
        parts.append(_("What {systems} took is claimed, not proven here.").format(systems=claimed))
    risk = source.change.risk
    if risk is not None:
        parts.append(
            _("Risk {inherent} before controls, {residual} with them.").format(
                inherent=risk.level.label.lower(),
                residual=risk.residual_level.label.lower(),
            )
        )
    tests = source.change.tests
    if tests:
        passed = sum(case.result.value == "passed" for case in tests)
        parts.append(_("Tests passed: {n}.").format(n=count_of(passed, len(tests))))
    return " ".join(parts) or _("Neither backup nor risk nor tests are on record.")


def _no_backup(source: Source) -> str:
    if source.backups:
        return _("No usable backup from before the work is on record.")
    if source.change.backup_plan:
        return _("A backup was planned, but none is on record.")
    return _("No backup was planned and none was taken.")


def _block(item: BackupSet, source: Source, book: EvidenceBook) -> BackupBlock:
    zone = source.zone
    rows = tuple(_proof(level, item, source) for level in Level)
    kinds = _kinds(item)
    text = _("One set: {kinds}; {plain} read, {stored} stored; sealed {when} in {time}.").format(
        kinds=kinds,
        plain=bytes_size(item.plain_bytes),
        stored=bytes_size(item.stored_bytes),
        when=moment_words(item.sealed_at, source, dated=True),
        time=duration(item.duration_s),
    )
    start = source.change.work_start
    if start is not None and start >= item.sealed_at:
        age = duration((start - item.sealed_at).total_seconds())
        text += " " + _("It was {age} old when the work began.").format(age=age)
    text += _scheduled(item, source) + _warnings(item) + _lost(item) + _copies(item, source)
    ids = book.backup(item)
    drill = item.latest(Level.RESTORED)
    if drill is not None:
        ids += book.proof(item, drill)
    return BackupBlock(
        _("Backup of {host}").format(host=item.host_name),
        _("{day}, {zone}").format(
            day=day(item.sealed_at, zone), zone=zone_label(item.sealed_at, zone)
        ),
        rows,
        Claim(text, "", ids),
    )


def _kinds(item: BackupSet) -> str:
    """Name what a set holds, host by host where it is of several."""
    parts = {
        name: ", ".join(dict.fromkeys(stored.kind.value for stored in item.of_host(host)))
        for host, name in item.hosts.items()
    }
    if len(parts) == 1:
        return next(iter(parts.values()))
    return "; ".join(f"{name} ({kinds})" for name, kinds in parts.items())


def _scheduled(item: BackupSet, source: Source) -> str:
    """Say when the runbook had it begin by itself, and how often that was tried."""
    tries = source.change.backup_attempts
    for attempt in tries:
        if item.id in attempt.sets:
            at = moment_words(attempt.due_at, source, dated=True)
            failed = sum(not one.ok for one in tries if one.due_at == attempt.due_at)
            text = " " + _("The runbook had scheduled it for {when}.").format(when=at)
            return text + (" " + _("Tries that failed: {n}.").format(n=failed) if failed else "")
    return ""


def _warnings(item: BackupSet) -> str:
    n = sum(len(stored.warnings) for stored in item.objects)
    text = ""
    if item.state is CaptureState.PARTIAL:
        text += " " + _("The set is partial; accepted by {name}: {why}").format(
            name=item.accepted_by, why=sentence(item.accepted_reason)
        )
    if item.acceptance_lost:
        text += " " + _("The record of that acceptance is missing from the vault.")
    if n:
        text += " " + _("Warnings while capturing: {n}.").format(n=n)
    return text


def _lost(item: BackupSet) -> str:
    """Name the proofs whose records are not in the vault any more."""
    text = _("A proof record is missing from the vault: {proof}.")
    return "".join(" " + text.format(proof=proof_words(one)) for one in item.lost)


def _copies(item: BackupSet, source: Source) -> str:
    """Say where else the set lies; a copy is read there again before it counts as one."""
    text = _("A copy lies in {where}, read there again and compared {when}.")
    lost = _("The record of a copy in {where}, made {when}, is missing from the vault.")
    told = (
        (lost if made.is_lost else text).format(
            where=made.where, when=moment_words(made.at, source, dated=True)
        )
        for made in item.copies
    )
    return "".join(f" {each}" for each in told)


def _proof(level: Level, item: BackupSet, source: Source) -> ProofRow:
    found: Verification | None = item.latest(level)
    if found is None:
        icon, word = _OUTCOMES[Outcome.NOT_DONE]
        return ProofRow(level.label, Mark(icon, _(word)), NONE, NONE, "")
    icon, word = _OUTCOMES[Outcome.FAILED] if found.is_lost else _OUTCOMES[found.outcome]
    return ProofRow(
        level.label,
        Mark(icon, _("Record missing") if found.is_lost else _(word)),
        clock(found.at, source.zone, seconds=source.is_brisk),
        duration(found.duration_s) if found.duration_s else NONE,
        found.detail,
    )


def _rollback(source: Source, book: EvidenceBook) -> Rollback | None:
    window, deadline, work = source.change.window, source.deadline, source.work
    if window is None or deadline is None:
        return None
    start, end = window.span.start.timestamp(), window.span.end.timestamp()
    zone = source.zone
    state = _("not used")
    if source.change.backed_out:
        state = _("used")
    possible = work is None or work.end <= deadline
    lead = _("Roll-back: {possible}, {state}").format(
        possible=_("possible throughout") if possible else _("not possible to the end"), state=state
    )
    shown = (work.start.timestamp(), work.end.timestamp()) if work else None
    return Rollback(
        title=Claim("", lead, book.run(source.run)),
        formula=_formula(source, deadline),
        window=(start, end),
        ticks=time_ticks(start, end, zone, most=6),
        work=shown,
        work_text=_("work {start} to {end}").format(
            start=moment_words(work.start, source), end=moment_words(work.end, source)
        )
        if work
        else "",
        deadline=deadline.timestamp(),
        deadline_text=_("latest safe roll-back {time}").format(time=clock(deadline, zone)),
    )


def _formula(source: Source, deadline: datetime) -> str:
    window = source.change.window
    time = rollback_time(source.change, source.counted_backups)
    if window is None:
        return ""
    end = clock(window.span.end, source.zone)
    shown = clock(deadline, source.zone, seconds=source.is_brisk)
    made = end
    if time.measured:
        made += _(" − {restore} {how} × {factor:g}").format(
            restore=duration(time.restore_s), how=_how(time), factor=ROLLBACK_FACTOR
        )
    if time.rest_s or not time.measured:
        made += _(" − {rest} as planned").format(rest=duration(time.rest_s))
    return _("{made} = {deadline}").format(made=made, deadline=shown)


def _how(time: RollbackTime) -> str:
    words = measured_words(time)
    return f"({words})" if time.claimed_s else words


def _numbered(tests: tuple[TestCase, ...]) -> list[tuple[TestCase, str]]:
    found: list[tuple[TestCase, str]] = []
    for kind in TestKind:
        of_kind = [case for case in tests if case.kind is kind]
        found += [(case, f"{_KINDS[kind]}-{n}") for n, case in enumerate(of_kind, start=1)]
    return found


def _test(case: TestCase, number: str, book: EvidenceBook) -> TestRow:
    title = case.title if case.mandatory else _("{title} (optional)").format(title=case.title)
    mark = test_mark(case.result)
    if case.is_waived:
        mark = Mark(Icon.WATCH, _("Waived, {weight}").format(weight=case.severity.value))
    last = case.last(Side.AFTER)
    tester = case.tester
    if last is not None and last.by_probe:
        tester = _("program, for {name}").format(name=case.tester)
    ids = tuple(cited for item in (last.files if last else ()) for cited in book.attachment(item))
    return TestRow(number, title, tester, mark, _seen(case), ids)


def _seen(case: TestCase) -> str:
    """What was seen, who accepts it, and what earlier attempts had come to."""
    parts = [sentence(case.observed)]
    if case.is_waived:
        told = _("Waived by {name}: {why} {owner} sees to it.")
        parts.append(
            told.format(
                name=case.waived_by,
                why=sentence(case.waived_reason),
                owner=case.waived_owner or case.waived_by,
            )
        )
    after = [item for item in case.attempts if item.side is Side.AFTER]
    if len(after) > 1:
        earlier = ", ".join(_(RESULT_WORDS[item.result]) for item in after[:-1])
        parts.append(_("Try {n}; before that: {earlier}.").format(n=len(after), earlier=earlier))
    if before := case.last(Side.BEFORE):
        parts.append(_("Before the work: {result}.").format(result=_(RESULT_WORDS[before.result])))
    return " ".join(part for part in parts if part)


def _tests_note(source: Source) -> str:
    kinds = {case.kind for case in source.change.tests}
    if not kinds or TestKind.LOAD in kinds:
        return ""
    return _("No load test was made.")


def _restored_words(detected: datetime | None, restored: datetime | None) -> str:
    if detected is None or restored is None:
        return _("open") if restored is None else NONE
    return duration((restored - detected).total_seconds())
