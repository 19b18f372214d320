"""``changedesk remeasure``: whether the gain of a change lasted, days after its work."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli.deeds import add_common
from app.cli.output import answer, rounded
from app.domain.benefit import BenefitCheck, BenefitDate, Lasting
from app.domain.change import Change
from app.errors import InvalidInput
from app.i18n import _
from app.services.metric import benefits
from app.services.review.reminders import repeats_of
from app.services.review.review_words import DUES, LASTING
from app.tasks import TaskContext
from app.wording import clock_span, count, day

if TYPE_CHECKING:
    from app.services.facade import AppServices
    from app.services.metric.benefit_files import DayOutlook
    from app.services.metric.imports import FileImport

FINDING = 3
_LOST = (Lasting.WORSE, Lasting.GONE)


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the command with its deeds."""
    parser = commands.add_parser(
        "remeasure",
        help=_("measure a change again days later, from its hosts or from a file"),
        description=_(
            "Exit codes: 0 done, 1 refused, 2 wrong words or file, 3 the gain is gone, it is worse"
            " than before, or a file that is looked at has nothing in the window."
        ),
    )
    deeds = parser.add_subparsers(dest="deed", required=True)
    deeds.add_parser("list", help=_("show the agreed days, and what was found"))
    deeds.add_parser("hosts", help=_("sample what is read from hosts again"))
    for name, words in (
        ("look", _("say what a file holds for a day; nothing is kept")),
        ("bring", _("keep what a file holds as the measurement of a day")),
    ):
        deed = deeds.add_parser(name, help=words)
        deed.add_argument("--metric", default="", help=_("name of the measure, where several wait"))
        deed.add_argument("--column", default="", help=_("the column of values"))
        deed.add_argument(
            "--zone", default="", metavar="Area/City",
            help=_("where times that name no zone are meant; the change's otherwise"),
        )  # fmt: skip
    skip = deeds.add_parser("skip", help=_("say why it is not measured on a day"))
    skip.add_argument("--reason", required=True)
    for name, deed in deeds.choices.items():
        deed.add_argument("change", help=_("number of the change"))
        if name != "list":
            deed.add_argument("days", type=int, help=_("how many days after the work"))
        if name in ("look", "bring"):
            deed.add_argument("file", type=Path, help=_("CSV, JSON, Parquet or workbook"))
        add_common(deed)


def run(args: argparse.Namespace, services: "AppServices") -> int:
    """Carry out one deed, and say what was found."""
    change = _read(args.change, services)
    match args.deed:
        case "look":
            return _look(args, change, services)
        case "bring":
            from app.services.metric.benefit_files import bring_file  # noqa: PLC0415 - numpy

            wanted = _wanted(args, change)
            check = bring_file(wanted, args.days, with_=services.measuring, context=TaskContext())
        case "hosts":
            check = benefits.remeasure(
                change.id, args.days, with_=services.measuring, context=TaskContext()
            )
        case "skip":
            check = benefits.skip(change.id, args.days, args.reason, desk=services.desk)
        case _:
            return _list(change, services, as_json=args.json)
    return _tell(check, _read(args.change, services), services, as_json=args.json)


def _read(number: str, services: "AppServices") -> Change:
    with services.new_uow() as uow:
        return uow.changes.by_number(number)


def _wanted(args: argparse.Namespace, change: Change) -> "FileImport":
    """Return the file with its measure: the named one, or the only one that waits for a file."""
    from app.services.metric.imports import FileImport  # noqa: PLC0415 - numpy

    named = args.metric.casefold()
    if named:
        found = [
            one.id for one in change.metrics if named in (one.id.casefold(), one.name.casefold())
        ]
    else:
        found = list(benefits.files_left(change, args.days))
    if len(found) != 1:
        names = "; ".join(one.name for one in change.metrics if not named or one.id in found)
        raise InvalidInput(
            _("The file belongs to one measure of {number}.").format(number=change.number),
            hint=_("Name it with --metric: {names}").format(
                names=names or "; ".join(one.name for one in change.metrics)
            ),
        )
    return FileImport(change.id, found[0], args.file, args.column, args.zone)


def _look(args: argparse.Namespace, change: Change, services: "AppServices") -> int:
    from app.services.metric.benefit_files import look_for_day  # noqa: PLC0415 - numpy
    from app.services.metric.import_words import remarks  # noqa: PLC0415 - numpy

    wanted = _wanted(args, change)
    found = look_for_day(wanted, args.days, with_=services.measuring, context=TaskContext())
    words = remarks(found.outlook)
    answer(_seen(found, words), [*_seen_lines(found, change), *words], as_json=args.json)
    return 0 if found.n else FINDING


def _seen(found: "DayOutlook", words: list[str]) -> dict[str, object]:
    wanted = found.outlook.wanted
    return {
        "days": found.days,
        "metric": wanted.metric,
        "column": wanted.column,
        "zone": wanted.zone,
        "columns": found.outlook.names,
        "start": found.start,
        "end": found.end,
        "days_later": found.days_later,
        "samples": found.n,
        "first": found.outlook.first,
        "last": found.outlook.last,
        "remarks": words,
    }


def _seen_lines(found: "DayOutlook", change: Change) -> list[str]:
    span = clock_span(found.start, found.end, _zone(change))
    lines = [_("{span}: {n} samples").format(span=span, n=count(found.n))]
    if found.n and found.days_later:
        lines.append(_("That is {n} days later than agreed.").format(n=found.days_later))
    return lines


def _list(change: Change, services: "AppServices", *, as_json: bool) -> int:
    dates = _dates(change, services)
    lines = [line for item in dates for line in _date_lines(item, change)]
    nothing = _("{number} is not measured again.").format(number=change.number)
    answer({"days": [_date(item, change) for item in dates]}, lines or [nothing], as_json=as_json)
    return 0


def _tell(check: BenefitCheck, change: Change, services: "AppServices", *, as_json: bool) -> int:
    """Say what came of a day, and how the day stands now."""
    item = next(one for one in _dates(change, services) if one.days == check.days)
    answer(_date(item, change), _date_lines(item, change), as_json=as_json)
    return FINDING if check.lasting in _LOST and not check.skipped else 0


def _dates(change: Change, services: "AppServices") -> tuple[BenefitDate, ...]:
    repeats = repeats_of(change)
    return repeats.dates(services.clock.now()) if repeats else ()


def _date(item: BenefitDate, change: Change) -> dict[str, object]:
    check = item.check
    return {
        "days": item.days,
        "due": item.due_at,
        "state": item.state,
        "lasting": check.lasting if check else None,
        "skipped": check.skipped if check else "",
        "left": [one.name for one in change.metrics if one.id in item.left],
        "findings": [
            {
                "metric": one.metric,
                "unit": one.unit,
                "lasting": one.lasting,
                "verdict": one.now,
                "before": rounded(one.before),
                "after": rounded(one.after),
                "level": rounded(one.level),
                "sentence": one.sentence,
            }
            for one in (check.findings if check else ())
        ],
    }


def _date_lines(item: BenefitDate, change: Change) -> list[str]:
    check = item.check
    told = _(DUES[item.state])
    if check is not None and check.lasting is not None:
        told = f"{told}: {_(LASTING[check.lasting])}"
    due = day(item.due_at, _zone(change), year=True)
    head = _("{n} days, {day}: {state}").format(n=item.days, day=due, state=told)
    lines = [head, *(f"  {one.sentence}" for one in (check.findings if check else ()))]
    if check is not None and check.skipped:
        lines.append(f"  {check.skipped}")
    left = "; ".join(one.name for one in change.metrics if one.id in item.left)
    if left and item.is_open:
        lines.append("  " + _("Still to be measured: {names}").format(names=left))
    return lines


def _zone(change: Change) -> str:
    return change.window.zone if change.window else "UTC"
