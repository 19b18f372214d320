"""``changedesk loadtest``: sum up the results of a load test, or compare runs before and after."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli.compare import NOT_ENOUGH, REGRESSED, share, span_s
from app.cli.output import answer
from app.errors import InvalidInput
from app.i18n import _, later, ngettext

if TYPE_CHECKING:
    from app.domain.load_summary import LabelSummary, LoadTestSummary

_ABOUT = later(
    "FILE is what a load test wrote: JMeter (CSV of any version, with or without a header, any "
    "delimiter; XML), k6 CSV, Gatling logs, Locust statistics, ab -g, LoadRunner RunReport.xml, "
    "Analysis HTML or MDB; gzip is unpacked. Percentiles are those of JMeter's statistics.json, "
    "over all samples. Transaction controllers are listed, but counted in no total. Exit code: 0, "
    "or 2 when the file cannot be used."
)
_ABOUT_COMPARE = later(
    "Each file is one run. With three runs or more on each side the runs are compared with each "
    "other; otherwise the last run of each side is judged by its own course and tagged as a single "
    "run. Judged is the steady part: without the first tenth, and without a climbing or falling "
    "load. Figures of whole runs stand beside it. --strict holds for every figure. Exit code: 0 "
    "whatever the verdict, 2 when a file cannot be used; with --exit-code also 3 for regressed "
    "and 4 for not enough data."
)
_ABOUT_CAPACITY = later(
    "Give one run whose load rises, or several at different loads. The runs are cut into slices, "
    "and slices of similar rate are put together; capacity is the highest rate that kept to the "
    "target, there and at every lower rate that was seen. Rates are those that were served: a tool "
    "that waits for each answer sends less when answers are slow."
)
_FIELDS = (
    "label", "samples", "errors", "mean_ms", "min_ms", "max_ms", "p50_ms", "p90_ms", "p95_ms",
    "p99_ms", "rate_per_s",
)  # fmt: skip


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the command."""
    parser = commands.add_parser("loadtest", help=_("sum up or compare load tests"))
    verbs = parser.add_subparsers(dest="verb", required=True)
    summary = verbs.add_parser("summary", help=_("sum up one file"), epilog=_(_ABOUT))
    summary.add_argument("file", metavar="FILE", help=_("results; - reads standard input"))
    window = _("percentiles of the last N samples of a label, as JMeter's dashboard has them")
    summary.add_argument(
        "--jmeter-window", type=int, nargs="?", const=20_000, metavar="N", help=window
    )
    _add_common(summary)
    _add_compare(verbs)
    _add_capacity(verbs)


def _add_compare(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    compare = verbs.add_parser(
        "compare", help=_("compare runs before and after a change"), epilog=_(_ABOUT_COMPARE)
    )
    add = compare.add_argument
    add("before", metavar="BEFORE", nargs="+", type=Path, help=_("results from before; one a run"))
    after = _("results from after; one a run")
    add("--after", metavar="AFTER", nargs="+", type=Path, required=True, help=after)
    add("--apdex", default="500ms", metavar="T", help=_("answers up to T satisfy"))
    add("--margin", default="10%", help=_("slower or more faulty by this much matters"))
    add("--floor", default="1ms", help=_("least difference of response times that matters"))
    add("--warm-up", default="10%", help=_("share of each run that is left out"))
    add("--strict", action="store_true", help=_("the whole range must lie beyond the margin"))
    add("--exit-code", action="store_true", help=_("tell the verdict by the exit code"))
    _add_common(compare)


def _add_capacity(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    capacity = verbs.add_parser(
        "capacity", help=_("find the highest rate with p95 in time"), epilog=_(_ABOUT_CAPACITY)
    )
    add = capacity.add_argument
    add("files", metavar="FILE", nargs="+", type=Path, help=_("results; one file is one run"))
    add("--p95", required=True, metavar="T", help=_("95 in 100 answers come within T"))
    add("--errors", default="1%", help=_("share of failed requests that will do"))
    _add_common(capacity)


def _add_common(parser: argparse.ArgumentParser) -> None:
    zone = _("zone of times that name none")
    parser.add_argument("--zone", default="UTC", metavar="Area/City", help=zone)
    json_help = _("answer as one JSON object")
    parser.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help=json_help)


def run(args: argparse.Namespace) -> int:
    """Read, print, and return the exit code.

    Raises:
        InvalidInput: A word or a file cannot be used.
    """
    verbs = {"summary": _sum_up, "compare": _compare, "capacity": _capacity}
    return verbs[args.verb](args)


def _sum_up(args: argparse.Namespace) -> int:
    from app.services.loadtests.summing import summarise  # noqa: PLC0415 - numpy only when it is used

    found = summarise(args.file, zone=args.zone, window=_window(args))
    if args.json:
        answer(_data(found), (), as_json=True)
        print(*_remarks(found), sep="\n", file=sys.stderr)  # noqa: T201 - the answer of a command
    else:
        answer({}, _lines(args.file, found), as_json=False)
    return 0


def _capacity(args: argparse.Namespace) -> int:
    from app.cli.loadtest_words import capacity_data, capacity_lines  # noqa: PLC0415 - this deed alone needs it
    from app.services.loadtests.capacity import find_capacity  # noqa: PLC0415 - numpy

    found, points = find_capacity(
        args.files, 1000 * span_s(args.p95), most_errors=share(args.errors), zone=args.zone
    )
    answer(capacity_data(found, points), capacity_lines(found, points), as_json=args.json)
    return 0


def _compare(args: argparse.Namespace) -> int:
    from app.cli.loadtest_words import comparison_data, comparison_lines  # noqa: PLC0415 - this deed alone needs it
    from app.domain.loadtest import LoadTerms  # noqa: PLC0415 - this deed alone needs it
    from app.services.loadtests.comparing import compare_load_tests  # noqa: PLC0415 - numpy

    terms = LoadTerms(
        apdex_ms=1000 * span_s(args.apdex),
        margin=share(args.margin),
        floor_ms=1000 * span_s(args.floor),
        warm_up=0.0 if args.warm_up in ("0", "0%") else share(args.warm_up),
        zone=args.zone,
        strict=args.strict,
    )
    found = compare_load_tests(args.before, args.after, terms)
    answer(comparison_data(found), comparison_lines(found), as_json=args.json)
    if not args.exit_code:
        return 0
    codes = {"regressed": REGRESSED, "inconclusive": NOT_ENOUGH}
    return codes.get(found.overall.verdict.value, 0)


def _window(args: argparse.Namespace) -> int | None:
    window: int | None = args.jmeter_window
    if window is not None and window < 1:
        raise InvalidInput(_("“{text}” is no number of samples.").format(text=window))
    return window


def _data(found: "LoadTestSummary") -> dict[str, object]:
    return {
        "samples": found.total.samples,
        "errors": found.total.errors,
        "start": found.start,
        "end": found.end,
        "rejected_rows": found.rejected_rows,
        "labels": [{name: getattr(each, name) for name in _FIELDS} for each in found.labels],
    }


def _remarks(found: "LoadTestSummary") -> list[str]:
    from app.domain.load_summary import Percentiles  # noqa: PLC0415 - as late as the rest

    rejected = [
        _("Line {line} was rejected: {reason}.").format(line=row.line, reason=row.reason)
        for row in found.rejected
    ]
    more = found.rejected_rows - len(rejected)
    if more > 0:
        rejected.append(_("{n} more rows were rejected.").format(n=more))
    words = found.percentiles.words
    if found.percentiles is Percentiles.JMETER_ALL:
        words = f"{words} {_('With --jmeter-window these are taken.')}"
    return [words, *found.notes, *rejected]


def _lines(file: str, found: "LoadTestSummary") -> list[str]:
    total = found.total
    name = _("standard input") if file == "-" else Path(file).name
    head = ngettext(
        "{name}: {format}, {n} sample, {errors} failed",
        "{name}: {format}, {n} samples, {errors} failed",
        total.samples,
    ).format(name=name, format=found.format.words, n=total.samples, errors=total.errors)
    if found.start and found.end:
        span = _("from {start} to {end}")
        start, end = (at.isoformat(" ", "milliseconds") for at in (found.start, found.end))
        head = f"{head}, {span.format(start=start, end=end)}"
    return [head, "", *_table([*found.labels, total]), "", *_remarks(found)]


def _table(labels: "list[LabelSummary]") -> list[str]:
    heads = (
        _("label"), _("samples"), _("errors"), _("mean"), _("min"), _("max"), "p50", "p90", "p95",
        "p99", _("per s"),
    )  # fmt: skip
    rows = [heads, *(_cells(each) for each in labels)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(heads))]
    return [
        "  ".join(
            [row[0].ljust(widths[0])]
            + [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        ).rstrip()
        for row in rows
    ]


def _cells(each: "LabelSummary") -> tuple[str, ...]:
    figures = (getattr(each, name) for name in _FIELDS[3:])
    texts = ("–" if value is None else f"{value:.1f}" for value in figures)
    return each.label, str(each.samples), str(each.errors), *texts
