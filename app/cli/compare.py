"""``changedesk compare``: judge one column of a file before and after a change."""

import argparse
import re
import shutil
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli.output import answer, rounded
from app.errors import InvalidInput
from app.i18n import _, later

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.analysis.clean import Samples
    from app.analysis.windows import Layout
    from app.domain.metric import MetricKind
    from app.domain.verdict import Comparison
    from app.services.metric.around import Around
    from app.services.metric.comparison import Control
    from app.services.series_files.reading import SeriesFile

REGRESSED, NOT_ENOUGH = 3, 4
_KINDS = ("gauge", "counter", "ratio", "latency")
_SPAN = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|min|s|m|h|d)")
_SPAN_UNITS_S = {"ms": 0.001, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0, "d": 86400.0}
_DAY_S, _MOST_S = 86400.0, 1e9
_BAD_NAMES = ("bad", "errors", "error", "failed", "failures", "5xx")
_ALL_NAMES = ("total", "all", "requests", "count")
_ABOUT = later(
    "FILE has a time column (ISO 8601, or seconds to nanoseconds since 1970) and columns of "
    "values; it may hold many days, in any order. Four or more comparable earlier days are "
    "compared with; fewer give limited evidence. A counter is a running total. A ratio is one "
    "column, or bad events (--column) over all (--total). Exit code: 0 whatever the verdict, 2 "
    "when the words or the file cannot be used; with --exit-code also 3 for regressed and 4 for "
    "not enough data."
)


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the command."""
    parser = commands.add_parser(
        "compare", help=_("judge a series of samples before and after a change"), epilog=_(_ABOUT)
    )
    add = parser.add_argument
    add("file", metavar="FILE", help=_("CSV, JSON, Parquet or workbook; - reads standard input"))
    add("--change-start", required=True, metavar="T0", help=_("when the change began"))
    add("--change-end", required=True, metavar="T1", help=_("when the change was done"))
    add("--window", default="3h", help=_("length of both windows, at most 24h"))
    add("--settle", metavar="10m", help=_("pause after T1; else 10m or 5 %% of the window"))
    add("--column", help=_("the column of values; “value” or the first otherwise"))
    add("--total", help=_("for a ratio: the column that counts all events"))
    add("--control", metavar="NAME", help=_("an untouched column; its own change is subtracted"))
    add("--control-total", metavar="NAME", help=_("for a ratio: all events of the control"))
    add("--kind", choices=_KINDS, default="gauge", help=_("what the column holds"))
    worse = _("in which direction it gets worse")
    add("--worse", choices=("higher", "lower", "either"), default="higher", help=worse)
    add("--margin", help=_("change that matters, such as 5%%; latency and ratio: 10%%"))
    add("--floor", default="0", help=_("least difference that matters, in the unit"))
    add("--zone", default="UTC", metavar="Area/City", help=_("zone of the daily rhythm"))
    add("--exclude", action="append", default=[], metavar="FROM/TO", help=_("no reference there"))
    add("--name", help=_("plain name for the sentence"))
    add("--unit", default="", help=_("unit for the sentence"))
    add("--strict", action="store_true", help=_("the whole range must lie beyond the margin"))
    add("--exit-code", action="store_true", help=_("tell the verdict by the exit code"))


def run(args: argparse.Namespace) -> int:
    """Judge, print, and return the exit code.

    Raises:
        InvalidInput: A word or the file cannot be used.
    """
    found, notes = _judge(args)
    if args.json:
        answer(_data(found), (), as_json=True)
        print(*notes, sep="\n", end="\n" if notes else "", file=sys.stderr)  # noqa: T201 - the answer of a command
    else:
        answer({}, _lines(found, notes), as_json=False)
    if not args.exit_code:
        return 0
    return {"regressed": REGRESSED, "not_enough_data": NOT_ENOUGH}.get(found.verdict.value, 0)


def _judge(args: argparse.Namespace) -> tuple["Comparison", list[str]]:
    from app.analysis.windows import Blocked, Layout  # noqa: PLC0415 - numpy only when it is used
    from app.domain.metric import Metric, MetricKind, WorseWhen  # noqa: PLC0415 - this deed alone needs it
    from app.domain.verdict import Parameters  # noqa: PLC0415 - this deed alone needs it
    from app.services.metric.comparison import compare_metric  # noqa: PLC0415 - this deed alone needs it
    from app.services.series_files.moments import read_moment  # noqa: PLC0415 - this deed alone needs it
    from app.services.series_files.zones import zone_of  # noqa: PLC0415 - this deed alone needs it

    zone_of(args.zone)
    kind = MetricKind(args.kind)
    start_s, end_s = (read_moment(text, args.zone) for text in (args.change_start, args.change_end))
    if end_s < start_s:
        raise InvalidInput(_("The change ends before it starts."))
    window_s = span_s(args.window)
    if not 0 < window_s <= _DAY_S:
        raise InvalidInput(_("The window must be longer than nothing and at most 24 hours."))
    parameters = Parameters(
        window_s=window_s,
        settle_s=None if args.settle is None else span_s(args.settle),
        zone=args.zone,
    )
    spans = [[read_moment(end, args.zone) for end in _pair(text)] for text in args.exclude]
    blocked = tuple(Blocked(first_s, last_s, _("excluded")) for first_s, last_s in spans)
    layout = Layout.around(start_s, end_s, parameters, blocked)
    column, samples, beside, notes = _read(args, kind, layout)
    metric = Metric(
        id=column,
        name=args.name or column,
        unit=args.unit,
        kind=kind,
        worse_when=WorseWhen(args.worse),
        margin=share(args.margin) if args.margin else _usual_margin(kind),
        floor=_floor(args.floor),
        strict=args.strict,
    )
    control, around = beside
    return compare_metric(metric, samples, layout, control=control, around=around), notes


def _read(
    args: argparse.Namespace, kind: "MetricKind", layout: "Layout"
) -> tuple[str, "Samples", "tuple[Control | None, Around]", list[str]]:
    """Return the judged column, its samples, the control and what else is known, and notes."""
    from app.analysis.clean import ratio_samples, samples_of  # noqa: PLC0415 - numpy
    from app.services.metric.comparison import Control  # noqa: PLC0415 - this deed alone needs it
    from app.services.metric.renaming import with_heir  # noqa: PLC0415 - this deed alone needs it
    from app.services.series_files.left_out import left_out  # noqa: PLC0415 - this deed alone needs it
    from app.services.series_files.reading import Keep  # noqa: PLC0415 - this deed alone needs it

    with _opened(args) as file:
        asked = (args.column, args.total, args.control, args.control_total)
        if any(name and name not in file.names for name in asked):
            file = file.with_all_names()
        column, total, notes = _columns(file, args)
        if args.control == column:
            raise InvalidInput(_("A column cannot be its own control."))
        wanted = [name for name in (column, total, args.control, args.control_total) if name]
        found = file.read(wanted, Keep(*layout.reach))
        own, around = with_heir(file, column, found.series[column], layout)
    if found.since_s > layout.before.start_s:
        raise InvalidInput(
            _("The windows hold more samples than can be judged."),
            hint=_("Use shorter windows, or coarser steps."),
        )
    notes += left_out(found)

    def samples(name: str, of: str | None) -> "Samples":
        series = own if name == column and not of else found.series[name]
        return ratio_samples(series, found.series[of]) if of else samples_of(series, kind)

    control = args.control
    beside = Control(control, samples(control, args.control_total)) if control else None
    return column, samples(column, total), (beside, around), notes


def _floor(text: str) -> float:
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        value = -1.0
    if not 0 <= value < float("inf"):
        raise InvalidInput(
            _("“{text}” is no least difference.").format(text=text),
            hint=_("Use a figure in the unit of the column, such as 5."),
        )
    return value


def _usual_margin(kind: "MetricKind") -> float:
    return 0.10 if kind.value in ("latency", "ratio") else 0.05


def _columns(file: "SeriesFile", args: argparse.Namespace) -> tuple[str, str | None, list[str]]:
    """Return the name of the column, of the one of all events, and why these were taken."""
    column, total = args.column, args.total
    if args.kind == "ratio" and not column:
        column, total = _known(file.names, _BAD_NAMES), total or _known(file.names, _ALL_NAMES)
        column, total = (column, total) if column and total else (None, None)
    notes = []
    if not column:
        column = file.usual
        if len(file.names) > 1:
            text = _("Judged “{name}”, one of {n} columns; choose with --column.")
            if column == file.names[0]:
                text = _("Judged the first of {n} columns, “{name}”; choose with --column.")
            notes.append(text.format(n=len(file.names), name=column))
    return column, total if args.kind == "ratio" else None, notes


def _known(names: tuple[str, ...], wanted: tuple[str, ...]) -> str | None:
    lowered = {name.lower(): name for name in reversed(names)}
    return next((lowered[name] for name in wanted if name in lowered), None)


@contextmanager
def _opened(args: argparse.Namespace) -> "Iterator[SeriesFile]":
    """Open the file; standard input is written down first, because it is read more than once."""
    from app.exports.readers import READERS  # noqa: PLC0415 - this deed alone needs it
    from app.services.series_files.reading import open_series  # noqa: PLC0415 - this deed alone needs it

    if args.file != "-":
        yield open_series(Path(args.file), zone=args.zone, readers=READERS)
        return
    with tempfile.TemporaryDirectory(prefix="compare-") as folder:
        path = Path(folder) / _("standard input")
        with path.open("wb") as target:
            shutil.copyfileobj(sys.stdin.buffer, target)
        yield open_series(path, zone=args.zone, readers=READERS)


def _pair(text: str) -> tuple[str, str]:
    first, slash, last = text.partition("/")
    if not slash:
        raise InvalidInput(_("“{text}” is no span FROM/TO.").format(text=text))
    return first, last


def span_s(text: str) -> float:
    """Return a length of time such as 3h, 1h30m, 90s or 250ms in seconds.

    Raises:
        InvalidInput: It is none.
    """
    compact = text.strip().lower()
    parts = _SPAN.findall(compact)
    try:
        seconds = float(compact)
    except ValueError:
        seconds = -1.0
        if parts and not _SPAN.sub("", compact).strip():
            seconds = sum(float(figure) * _SPAN_UNITS_S[unit] for figure, unit in parts)
    if not 0 <= seconds < _MOST_S:
        raise InvalidInput(
            _("“{text}” is no length of time.").format(text=text),
            hint=_("Use figures with a unit, such as 3h, 10m or 12s."),
        )
    return seconds


def share(text: str) -> float:
    """Return a share such as 5%, 0.05 or 5 (which is 5 %) as a fraction.

    Raises:
        InvalidInput: It is none, or not above zero.
    """
    figure = text.strip().removesuffix("%").strip().replace(",", ".")
    try:
        value = float(figure)
    except ValueError:
        value = -1.0
    if text.strip().endswith("%") or value >= 1:
        value /= 100
    if not 0 < value < float("inf"):
        raise InvalidInput(
            _("“{text}” is no margin.").format(text=text), hint=_("Use a share such as 5%.")
        )
    return value


def _data(found: "Comparison") -> dict[str, object]:
    interval = found.interval95
    return {
        "verdict": found.verdict,
        "relative_change": rounded(found.relative_change),
        "interval95": None if interval is None else [rounded(end) for end in interval],
        "before": rounded(found.before),
        "after": rounded(found.after),
        "design": found.design,
        "evidence": found.evidence,
        "reference_days": found.reference_days,
        "smallest_visible_change": rounded(found.smallest_visible_change),
        "sentence": found.sentence,
        "reason": found.reason,
    }


def _lines(found: "Comparison", notes: list[str]) -> list[str]:
    from app.wording import signed_percent  # noqa: PLC0415 - only people read it

    left_out = [f"{day.day:%d %b} ({day.why})" for day in found.days if not day.used]
    lines = [f"{found.verdict.words.upper()}. {found.sentence}", "", found.reason]
    lines.append(_("Comparison days: {n}").format(n=found.reference_days))
    if left_out:
        lines.append(_("Left out: {days}").format(days=", ".join(left_out)))
    if found.smallest_visible_change is not None:
        visible = signed_percent(found.smallest_visible_change)
        lines.append(_("Smallest visible change: {visible}").format(visible=visible))
    return [*lines, *notes]
