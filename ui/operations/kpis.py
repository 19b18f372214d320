"""What the page of key figures reads."""

from calendar import monthrange
from datetime import date, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from app.domain.filter import ChangeFilter
from app.i18n import _, later
from app.services.exports import ExportWish
from app.services.kpi.kpis import KpiView, Period, load_kpis, members
from ui.tasks import Task

if TYPE_CHECKING:
    from app.services.facade import AppServices
    from ui.context import UiContext


class Stretch(StrEnum):
    """The periods that are offered."""

    DAYS_30 = "30"
    DAYS_90 = "90"
    DAYS_365 = "365"
    MONTH = "month"
    LAST_MONTH = "last_month"
    QUARTER = "quarter"
    YEAR = "year"
    OWN = "own"


STRETCHES = {
    Stretch.DAYS_30: later("Last 30 days"),
    Stretch.DAYS_90: later("Last 90 days"),
    Stretch.DAYS_365: later("Last 12 months"),
    Stretch.MONTH: later("This month"),
    Stretch.LAST_MONTH: later("Last month"),
    Stretch.QUARTER: later("This quarter"),
    Stretch.YEAR: later("This year"),
    Stretch.OWN: later("From … to …"),
}


def period_of(stretch: Stretch, today: date) -> Period:
    """Return the days of a period that ends today, or with last month."""
    match stretch:
        case Stretch.DAYS_30 | Stretch.DAYS_90 | Stretch.DAYS_365:
            return Period(today - timedelta(days=int(stretch.value) - 1), today)
        case Stretch.LAST_MONTH:
            end = today.replace(day=1) - timedelta(days=1)
            return Period(end.replace(day=1), end)
        case Stretch.QUARTER:
            month = 3 * ((today.month - 1) // 3) + 1
            last = monthrange(today.year, month + 2)[1]
            return Period(today.replace(month=month, day=1), date(today.year, month + 2, last))
        case Stretch.YEAR:
            return Period(date(today.year, 1, 1), date(today.year, 12, 31))
        case Stretch.MONTH | Stretch.OWN:
            last = monthrange(today.year, today.month)[1]
            return Period(today.replace(day=1), today.replace(day=last))


def load_view(services: "AppServices", period: Period | None) -> KpiView:
    """Return every figure of a period; None is the last 90 days."""
    asker = services.asker
    wanted = period or period_of(Stretch.DAYS_90, asker.today)
    hours = services.settings.service_hours
    return load_kpis(wanted, reads=services.kpis, asker=asker, service_hours=hours)


def ref_of(kpi_id: str, period: Period) -> str:
    """Return the ref of the list behind a figure."""
    return f"list/kpi:{kpi_id}:{period.first.isoformat()}:{period.last.isoformat()}"


def filter_of(services: "AppServices", ref: str) -> ChangeFilter:
    """Return the filter that holds exactly what a figure counts; raises KeyError, ValueError."""
    _kind, kpi_id, first, last = ref.split(":")
    period = Period(date.fromisoformat(first), date.fromisoformat(last))
    return ChangeFilter(numbers=members(kpi_id, period, reads=services.kpis, asker=services.asker))


def save_report(context: "UiContext", period: Period, target: Path) -> Task:
    """Lay the portfolio report of a period out and write it into a file."""
    from app.services.kpi.portfolio import write_portfolio  # noqa: PLC0415 - with the first report

    services = context.services
    return context.tasks.start(
        lambda _told: write_portfolio(period, target, services=services),
        title=_("Portfolio report"),
    )


def save_figures(context: "UiContext", period: Period, target: Path, wish: ExportWish) -> Task:
    """Write the figures of a period into a table."""
    from app.services.kpi.kpi_export import export_kpis  # noqa: PLC0415 - with the first export

    services = context.services
    return context.tasks.start(
        lambda _told: export_kpis(period, target, wish, services=services),
        title=_("Exporting {name}").format(name=target.name),
    )
