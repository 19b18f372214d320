"""The list of hosts: in their groups, by state, found by name, address or tag."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.domain.health import Health
from app.domain.host import Host, KeyState
from app.i18n import _
from app.services.search.spelling import folded
from app.wording import clock, day
from ui.cells import Badge, Cell, Column, Group, Mark, Words, cell
from ui.models.rows import RowsModel
from ui.operations.hosts import HostView
from ui.pages.hosts.detail import KEY_BADGES
from ui.widgets.layout import MARGIN, add_layout, column
from ui.widgets.search import FilterChips, SearchField
from ui.widgets.table import Table

GROUP = "group:"
"""Begins a tag that says which hosts belong together."""


def group_of(host: Host) -> str:
    """Return the name of the group a host is listed in, "" without one."""
    return next((tag.removeprefix(GROUP) for tag in host.tags if tag.startswith(GROUP)), "")


def plain_tags(host: Host) -> tuple[str, ...]:
    """Return the tags that name no group."""
    return tuple(tag for tag in host.tags if not tag.startswith(GROUP))


_HEALTH = {
    Health.OK: Badge(Mark.GOOD, _("OK")),
    Health.WARNING: Badge(Mark.WATCH, _("Warning")),
    Health.CRITICAL: Badge(Mark.BAD, _("Critical")),
    Health.UNKNOWN: Badge(Mark.UNKNOWN, _("Unknown")),
}


def _health(view: HostView) -> Badge:
    return _HEALTH[view.health.worst] if view.health else Badge(Mark.MISSING, _("Never checked"))


def _checked(view: HostView) -> str:
    if view.health is None:
        return "–"
    at, zone = view.health.started_at, view.host.zone
    return f"{day(at, zone)} {clock(at, zone)}"


COLUMNS = (
    Column[HostView](
        _("Host"),
        lambda view: " ".join((view.host.name, *plain_tags(view.host))),
        lambda view: view.host.name,
        cell=lambda view: Cell(
            (view.host.name, *(Words(tag, "ink2") for tag in plain_tags(view.host)))
        ),
    ),
    Column[HostView](
        _("Address"), lambda view: f"{view.host.address}:{view.host.port}", width=140, tone="ink2"
    ),
    Column[HostView](
        _("Key"),
        lambda view: KEY_BADGES[view.host.key_state].word,
        cell=lambda view: cell(KEY_BADGES[view.host.key_state]),
        width=120,
    ),
    Column[HostView](
        _("Health"),
        lambda view: _health(view).word,
        cell=lambda view: cell(_health(view)),
        width=150,
    ),
    Column[HostView](
        _("Checked"),
        _checked,
        width=156,
        tone="ink2",
    ),
)


YIELDING = (4, 1, 2)
"""Which columns step aside in a narrow list: when it was checked, the address, the key."""


def _in_trouble(view: HostView) -> bool:
    worst = view.health.worst if view.health else Health.OK
    return view.host.key_state is KeyState.CHANGED or worst is not Health.OK


FILTERS: tuple[tuple[str, Callable[[HostView], bool]], ...] = (
    (_("All"), lambda view: True),
    (_("Trouble"), _in_trouble),
    (_("Never checked"), lambda view: view.health is None),
    (_("Key to confirm"), lambda view: view.host.key is None),
)


def grouped(views: Sequence[HostView]) -> list[HostView | Group]:
    """Return hosts below the names of their groups; without any group there are no names."""
    names = sorted({group_of(view.host) for view in views} - {""}, key=str.casefold)
    if not names:
        return list(views)
    rows: list[HostView | Group] = []
    for name in (*names, ""):
        inside = [view for view in views if group_of(view.host) == name]
        if inside:
            rows += [Group(name or _("Without a group"), str(len(inside))), *inside]
    return rows


class HostList(QWidget):
    """Chips, a search and the table."""

    picked = Signal(object)  # HostView, None

    def __init__(self) -> None:
        super().__init__()
        self._views: Sequence[HostView] = ()
        self.chips = FilterChips([name for name, _test in FILTERS], wraps=True)
        self.search = SearchField(_("Name, address, tag"), "")
        self.table = Table(RowsModel(COLUMNS), name="hosts", margin=MARGIN)
        self.table.columns_fit.yields = YIELDING
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        head = column(self.search, self.chips, gap=10, margins=(MARGIN, 16, 16, 10))
        add_layout(layout, head)
        layout.addWidget(self.table, 1)
        self.table.picked.connect(self.picked)
        self.chips.chosen.connect(self._refill)
        self.search.wanted.connect(self._refill)

    def show_hosts(self, views: Sequence[HostView], wanted: str = "") -> None:
        """Show other hosts; one that is wanted by id or name is shown whatever the filter."""
        self._views = views
        wanted = next((view.id for view in views if view.host.name == wanted), wanted)
        self.chips.set_counts([sum(map(test, views)) for _name, test in FILTERS])
        if wanted and not any(view.id == wanted for view in self._chosen()):
            self.chips.mark(0)
            self.search.clear()
        self._refill()
        if wanted:
            self.table.select(wanted)

    def _chosen(self) -> list[HostView]:
        test = FILTERS[max(0, self.chips.current)][1]
        words = folded(self.search.text()).split()
        return [view for view in self._views if test(view) and _holds(view.host, words)]

    @Slot()
    def _refill(self) -> None:
        self.table.set_rows(grouped(self._chosen()))
        self.table.select_first()


def _holds(host: Host, words: Sequence[str]) -> bool:
    place = folded(" ".join((host.name, host.address, *host.tags)))
    return all(word in place for word in words)
