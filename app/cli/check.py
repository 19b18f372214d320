"""``changedesk check``: check the health of hosts, now or for a change."""

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING

from app.cli.output import answer
from app.domain.health import Health, HealthReport, Phase
from app.errors import InvalidInput, NotFound
from app.i18n import _
from app.services.fanout.checks import check_change
from app.services.host.health import CheckRequest, check_and_record, summary_of
from app.services.safe_text import display
from app.tasks import TaskContext

if TYPE_CHECKING:
    from app.domain.change import Change
    from app.services.facade import AppServices
    from app.services.ports.store import UnitOfWork

FINDING = 3


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the command."""
    parser = commands.add_parser(
        "check",
        help=_("check the health of a host, or of every host of a change"),
        description=_("Exit codes: 0 nothing critical, 1 refused, 2 wrong words, 3 critical."),
    )
    parser.add_argument("what", help=_("name of a host, or number of a change"))
    parser.add_argument(
        "--phase",
        choices=[phase.value for phase in Phase],
        default=Phase.AD_HOC.value,
        help=_("for a change: before or after"),
    )


def run(args: argparse.Namespace, services: "AppServices") -> int:
    """Check, record, and say what was found."""
    reports = _check(args, services)
    lines = [line for report in reports for line in _lines(report)]
    answer({"reports": [_data(report) for report in reports]}, lines, as_json=args.json)
    worst = max((report.worst for report in reports), key=_weight)
    return FINDING if worst is Health.CRITICAL else 0


def _check(args: argparse.Namespace, services: "AppServices") -> Sequence[HealthReport]:
    phase, context = Phase(args.phase), TaskContext()
    with services.new_uow() as uow:
        host = next((h for h in uow.hosts.list() if args.what in (h.name, h.id)), None)
        change = None if host else _find_change(args.what, uow)
    if host is not None:
        if phase is not Phase.AD_HOC:
            raise InvalidInput(_("A phase belongs to a change; name its number."))
        request = CheckRequest()
        return [check_and_record(host, request, checking=services.checking, context=context)]
    if change is None:
        raise NotFound(_("There is no host and no change {what}.").format(what=args.what))
    return check_change(change, phase, checking=services.checking, context=context)


def _find_change(number: str, uow: "UnitOfWork") -> "Change | None":
    try:
        return uow.changes.by_number(number)
    except NotFound:
        return None


def _weight(health: Health) -> int:
    return -1 if health is Health.UNKNOWN else int(health)


def _lines(report: HealthReport) -> list[str]:
    lines = [f"{report.host_name}: {summary_of(report)}"]
    for result in report.results:
        name = f"{result.title} {result.item}".strip()
        text = display(result.reading.summary)
        lines.append(f"  {result.reading.health.label:9} {name}: {text}")
    return lines


def _data(report: HealthReport) -> dict[str, object]:
    return {
        "host": report.host_name,
        "phase": report.phase,
        "at": report.started_at,
        "worst": report.worst.label,
        "boot_id": report.boot_id,
        "skew_s": report.skew_s,
        "checks": [
            {
                "check": result.check,
                "item": result.item,
                "health": result.reading.health.label,
                "summary": result.reading.summary,
                "value": result.reading.value,
                "unit": result.reading.unit,
            }
            for result in report.results
        ],
    }
