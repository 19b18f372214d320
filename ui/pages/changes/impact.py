"""Communicate: what the need costs today, and what the change touches and leaves alone."""

from typing import ClassVar

from PySide6.QtCore import Slot

from app.domain.need import AreaScope, Impact, Scope, ScopeArea, currency_of
from app.errors import InvalidInput
from app.i18n import _, later
from app.services.need_words import cost_words
from ui.operations.changes import ChangeView
from ui.pages.changes.saving import Section, number_of, refuse
from ui.pages.changes.words import AREAS, choices
from ui.theme import MEDIUM
from ui.widgets.buttons import Button, Tall
from ui.widgets.facts import SectionTitle
from ui.widgets.fields import LineField, PickField, TextField
from ui.widgets.form import Form
from ui.widgets.labels import Label
from ui.widgets.layout import add_layout, row


def plain(value: float | None) -> str:
    """Write a number as it is typed, "" for none."""
    if value is None:
        return ""
    text = f"{value:.10g}"
    return f"{value:.10f}".rstrip("0").rstrip(".") if "e" in text else text


def items_of(text: str) -> tuple[str, ...]:
    """Read what was typed with commas or on lines between."""
    parts = (part.strip() for line in text.splitlines() for part in line.split(","))
    return tuple(part for part in parts if part)


class ImpactSection(Section):
    """Who is hurt, how much, what an hour costs."""

    note: ClassVar[str] = later("Edited the impact")

    def __init__(self) -> None:
        super().__init__()
        self.text = TextField(
            _("Impact on users and business"), lines=3,
            placeholder=_("What people cannot do, and what that means for the business."),
        )  # fmt: skip
        self.users = LineField(_("Users affected"))
        self.services = LineField(_("Services"), _("Several with commas between."))
        self.hours = LineField(_("Hours lost so far"))
        self.cost = LineField(_("Cost of an hour"))
        self.currency = LineField(
            _("Currency"), _("Three letters; holds for the cost of options too."), placeholder="EUR"
        )
        form = Form(2)
        form.add("text", self.text, wide=True)
        for name in ("users", "services", "hours", "cost", "currency"):
            form.add(name, getattr(self, name))
        self.total = Label(weight=MEDIUM)
        self.take = Button(_("Take the hours of the outages"), tall=Tall.COMPACT)
        self.column.addWidget(SectionTitle(_("Impact")))
        self.column.addWidget(form)
        add_layout(self.column, row(self.total, self.take, None))
        self.watch(self.text, self.users, self.services, self.hours, self.cost, self.currency)
        for field in (self.hours, self.cost, self.currency):
            field.edited.connect(self._show_total)
        self.take.clicked.connect(self._on_take)

    def fill(self, view: ChangeView) -> None:
        """Show a change."""
        impact = view.change.impact
        self.text.set_value(impact.text)
        self.users.set_value(plain(impact.users))
        self.services.set_value(", ".join(impact.services))
        self.hours.set_value(plain(impact.hours))
        self.cost.set_value(plain(impact.cost_per_hour))
        self.currency.set_value(impact.currency)
        self._show_total()

    def values(self) -> dict[str, object]:
        """Return the impact as typed."""
        return {"impact": self._impact()}

    def _impact(self) -> Impact:
        users = number_of(self.users, self.users.value)
        return Impact(
            self.text.value,
            None if users is None else round(users),
            items_of(self.services.value),
            number_of(self.hours, self.hours.value),
            number_of(self.cost, self.cost.value),
            self._currency(),
        )

    def _currency(self) -> str:
        typed = self.currency.value or "EUR"
        code = currency_of(typed)
        if code is None and typed != self.view.change.impact.currency:  # older ones stay as typed
            raise refuse(
                self.currency,
                InvalidInput(_("“{text}” is no code of three letters.").format(text=typed)),
            )
        return code or typed

    def on_lock(self, *, locked: bool) -> None:
        """Nothing is taken over into a locked form."""
        self.take.setVisible(not locked and self._recorded_h() is not None)

    def _recorded_h(self) -> float | None:
        lost = self.view.change.need.downtime
        return lost.unplanned_h + lost.planned_h if lost else None

    @Slot()
    def _show_total(self) -> None:
        try:
            text = cost_words(self._impact())
        except InvalidInput:
            text = ""
        self.total.setText(_("Cost so far: {cost}").format(cost=text) if text else "")
        self.total.setVisible(bool(text))

    @Slot()
    def _on_take(self) -> None:
        hours = self._recorded_h()
        if hours is not None:
            self.hours.set_value(plain(round(hours, 2)))
            self._show_total()
            self.touch()


class ScopeSection(Section):
    """What is touched and what is not, in general and area by area, and on which hosts."""

    note: ClassVar[str] = later("Edited the scope")

    def __init__(self) -> None:
        super().__init__()
        self.areas = PickField(_("Where the work reaches"), choices(AREAS))
        self.hosts = PickField(_("Affected hosts"), hint=_("Hosts are added on the page Hosts."))
        self.included = TextField(_("What is touched"), lines=2)
        self.excluded = TextField(_("What is left alone on purpose"), lines=2)
        self.inside = {
            area: LineField(_("{area}: touched").format(area=_(name)))
            for area, name in AREAS.items()
        }
        self.outside = {
            area: LineField(_("{area}: left alone").format(area=_(name)))
            for area, name in AREAS.items()
        }
        form = Form(2)
        for name in ("areas", "hosts", "included", "excluded"):
            form.add(name, getattr(self, name))
        for area in AREAS:
            form.add(f"{area.value} in", self.inside[area])
            form.add(f"{area.value} out", self.outside[area])
        self.column.addWidget(SectionTitle(_("Scope")))
        self.column.addWidget(form)
        self.watch(self.areas, self.hosts, self.included, self.excluded)
        self.watch(*self.inside.values(), *self.outside.values())
        self.areas.edited.connect(self._follow_areas)

    def fill(self, view: ChangeView) -> None:
        """Show a change."""
        scope = view.change.scope
        self.areas.set_value([area.value for area in scope.areas])
        self.hosts.set_options(host_options(view))
        self.hosts.set_value([str(host) for host in view.change.hosts])
        self.included.set_value(scope.included)
        self.excluded.set_value(scope.excluded)
        for area in AREAS:
            self.inside[area].set_value(scope.within(area).included)
            self.outside[area].set_value(scope.within(area).excluded)
        self._follow_areas()

    def values(self) -> dict[str, object]:
        """Return scope and hosts as typed."""
        areas = tuple(ScopeArea(value) for value in self.areas.value)
        by_area = (
            AreaScope(area, self.inside[area].value, self.outside[area].value) for area in AREAS
        )
        told = tuple(item for item in by_area if item.included or item.excluded)
        return {
            "scope": Scope(areas, self.included.value, self.excluded.value, told),
            "hosts": self.hosts.value,
        }

    @Slot()
    def _follow_areas(self) -> None:
        """Ask for more about an area that is reached, or about which something was said."""
        for area in AREAS:
            pair = (self.inside[area], self.outside[area])
            said = any(field.value for field in pair)
            for field in pair:
                field.setVisible(said or area.value in self.areas.value)


def host_options(view: ChangeView) -> list[tuple[str, str]]:
    """Return all hosts, and those of the change that are no longer known."""
    known = [(str(host.id), host.name) for host in view.all_hosts]
    ids = {host.id for host in view.all_hosts}
    gone = [(str(host), str(host)) for host in view.change.hosts if host not in ids]
    return [*known, *gone]
