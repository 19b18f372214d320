"""Example windows, hosts and changes of the calendar's tests."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from app.domain.calendar import AppliesTo, LengthRule, ScheduleWindow, WindowKind
from app.domain.change import Change, ChangeState
from app.domain.host import Host
from app.domain.ids import ChangeId, HostId, WindowId
from app.domain.window import TimeRange, Window

BERLIN = "Europe/Berlin"
ZONES = (BERLIN, "America/New_York", "Australia/Lord_Howe", "Africa/Johannesburg", "UTC",
         "America/Sao_Paulo", "Pacific/Apia")  # fmt: skip
DB = Host(HostId("db-01"), "db-01", "127.0.0.1", zone=BERLIN, tags=("database", "group:orders"))
APP = Host(HostId("app-01"), "app-01", "127.0.0.1", tags=("web",), depends_on=(DB.id,))
STANDBY = Host(HostId("db-02"), "db-02", "127.0.0.1", tags=("group:orders",))
MAIL = Host(HostId("mail-01"), "mail-01", "127.0.0.1", services=("postfix",))
HOSTS = (DB, APP, STANDBY, MAIL)


def at(text: str) -> datetime:
    """Return an instant in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def plain(text: str) -> str:
    """Return a text with ordinary spaces before its units."""
    return text.replace("\u202f", " ")


def span(start: str, hours: float = 2) -> TimeRange:
    """Return so many hours from an instant in UTC on."""
    return TimeRange(at(start), at(start) + timedelta(hours=hours))


def window(
    rule: str = "", start: str = "2026-01-13T22:00", hours: float = 4, **more
) -> ScheduleWindow:
    """Return a maintenance window in Berlin."""
    base = ScheduleWindow(
        WindowId("w1"), WindowKind.MAINTENANCE, "Patch night", BERLIN,
        datetime.fromisoformat(start), hours * 3600, rule=rule,
    )  # fmt: skip
    return replace(base, **more)


def freeze(start: str, hours: float, **more) -> ScheduleWindow:
    """Return a freeze, once, in real time and UTC."""
    return window(
        "", start, hours,
        **{"id": WindowId("f1"), "kind": WindowKind.FREEZE, "name": "Year end", "zone": "UTC",
           "length": LengthRule.REAL, **more},
    )  # fmt: skip


def only(*hosts: Host, **more) -> AppliesTo:
    """Return a scope of these hosts."""
    return AppliesTo(False, tuple(host.id for host in hosts), **more)


def change(number: int = 1, start: str = "2026-02-10T22:00", hours: float = 2, **more) -> Change:
    """Return a scheduled change on db-01."""
    base = Change(
        ChangeId(f"c{number}"), f"CHG-{number:06d}", f"Change {number}",
        state=ChangeState.SCHEDULED, hosts=(DB.id,),
        window=Window(span(start, hours), BERLIN),
    )  # fmt: skip
    return replace(base, **more)
