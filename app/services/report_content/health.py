"""Health checks on both sides of the change: what differs, host by host."""

from app.domain.health import (
    CheckDifference,
    Difference,
    Health,
    HealthReport,
    Reading,
    differences,
)
from app.domain.host import Host
from app.i18n import _, later, ngettext
from app.services.report_content.common import Claim, Icon, Mark
from app.services.report_content.evidence import EvidenceBook
from app.services.report_content.proofs import CheckRow, HealthPart
from app.services.report_content.source import Source
from app.services.report_content.words import moment_words
from app.wording import NONE, number, signed_number

_MARKS = {
    Difference.WORSE: (Icon.BAD, later("Worse")),
    Difference.INCONCLUSIVE: (Icon.UNKNOWN, later("Cannot tell")),
    Difference.GONE: (Icon.DIFFERENT, later("Gone")),
    Difference.NEW: (Icon.DIFFERENT, later("New")),
    Difference.BETTER: (Icon.GOOD, later("Better")),
    Difference.SAME: (Icon.SAME, later("Same")),
}
_MOST_ITEMS = 6


def health(source: Source, book: EvidenceBook) -> HealthPart:
    """Put the part together; what is worse comes first."""
    rows: list[tuple[int, CheckRow]] = []
    hosts = []
    ids: tuple[str, ...] = ()
    kinds: list[Difference] = []
    for host in source.hosts:
        before, after = source.checks(host.id)
        hosts.append(_host(host, before, after, source))
        ids += book.health(before, after)
        if before is not None and after is not None:
            for item in differences(before, after):
                kinds.append(item.difference)
                rows.append((_rank(item), _row(host.name, item)))
        else:
            rows += [(99, row) for row in _one_sided(host.name, before, after)]
    return HealthPart(
        intro=Claim(_intro(source, kinds), "", ids),
        hosts=tuple(hosts),
        rows=tuple(row for _rank, row in sorted(rows, key=lambda pair: pair[0])),
    )


def _rank(item: CheckDifference) -> int:
    """Worse comes first; what was bad before comes right before what is well and the same."""
    rank = 2 * list(_MARKS).index(item.difference)
    return rank - 1 if item.preexisting else rank


def _intro(source: Source, kinds: list[Difference]) -> str:
    if not source.health:
        return _("No health check was made for this change.")
    if not kinds:
        return _("Health was not checked on both sides of the change, so nothing is compared.")
    same = kinds.count(Difference.SAME)
    told = ngettext(
        "Of {n} check {same} found the same as before",
        "Of {n} checks {same} found the same as before",
        len(kinds),
    ).format(n=len(kinds), same=same)
    words = {
        Difference.WORSE: _("{n} worse"),
        Difference.BETTER: _("{n} better"),
        Difference.NEW: _("{n} something new"),
        Difference.GONE: _("{n} something gone"),
        Difference.INCONCLUSIVE: _("{n} cannot be compared"),
    }
    rest = [text.format(n=kinds.count(kind)) for kind, text in words.items() if kinds.count(kind)]
    return f"{told}{'; ' if rest else ''}{', '.join(rest)}."


def _host(
    host: Host, before: HealthReport | None, after: HealthReport | None, source: Source
) -> tuple[str, str, str, str]:
    return (host.name, _side(before, source), _side(after, source), _clock(after or before))


def _side(report: HealthReport | None, source: Source) -> str:
    if report is None:
        return _("not checked")
    counts = [(health, report.count(health)) for health in Health]
    told = ", ".join(f"{n} {health.label}" for health, n in counts if n) or _("nothing read")
    return f"{moment_words(report.started_at, source)}: {told}"


def _clock(report: HealthReport | None) -> str:
    if report is None or report.skew_s is None:
        return _("not known")
    return f"{signed_number(report.skew_s)} ± {number(report.skew_error_s, 's')}"


def _row(host: str, item: CheckDifference) -> CheckRow:
    icon, word = _MARKS[item.difference]
    if item.preexisting:
        return CheckRow(
            host, _title(item.title, item.item), _said(item.before), _said(item.after),
            Mark(Icon.WATCH, _("As bad as before")),
        )  # fmt: skip
    return CheckRow(
        host,
        _title(item.title, item.item),
        _said(item.before, gone=item.went),
        _said(item.after, came=item.came),
        Mark(icon, _(word)),
    )


def _one_sided(
    host: str, before: HealthReport | None, after: HealthReport | None
) -> list[CheckRow]:
    report = after or before
    if report is None:
        return []
    mark = Mark(Icon.UNKNOWN, _("One side only"))
    found = []
    for result in report.results:
        said = _said(result.reading)
        sides = (NONE, said) if after is not None else (said, NONE)
        found.append(CheckRow(host, _title(result.title, result.item), *sides, mark))
    return found


def _title(title: str, item: str) -> str:
    return f"{title}: {item}" if item else title


def _said(reading: Reading | None, came: tuple[str, ...] = (), gone: tuple[str, ...] = ()) -> str:
    if reading is None:
        return _("not there")
    text = reading.summary or reading.health.label
    if reading.health is not Health.OK:
        text = f"{reading.health.label}: {text}"
    moved = [f"+ {item}" for item in came] + [f"− {item}" for item in gone]
    if moved:
        shown = ", ".join(moved[:_MOST_ITEMS])
        more = len(moved) - _MOST_ITEMS
        rest = f" {_('and {n} more').format(n=more)}" if more > 0 else ""
        text = f"{text} ({shown}{rest})"
    return text
