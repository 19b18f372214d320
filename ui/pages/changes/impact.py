"""Communicate: what the need costs today, and what the change touches and leaves alone."""

from typing import ClassVar

from app.domain.need import Impact, Scope, ScopeArea
from app.i18n import _, later
from ui.operations.changes import ChangeView
from ui.pages.changes.saving import Section, number_of
from ui.pages.changes.words import AREAS, choices
from ui.widgets.facts import SectionTitle
from ui.widgets.fields import Form, LineField, PickField, TextField


def plain(value: float | None) -> str:
    """Write a number as it is typed, "" for none."""
    return "" if value is None else f"{value:.10g}"


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
        self.currency = LineField(_("Currency"))
        form = Form(2)
        form.add("text", self.text, wide=True)
        for name in ("users", "services", "hours", "cost", "currency"):
            form.add(name, getattr(self, name))
        self.column.addWidget(SectionTitle(_("Impact")))
        self.column.addWidget(form)
        self.watch(self.text, self.users, self.services, self.hours, self.cost, self.currency)

    def fill(self, view: ChangeView) -> None:
        """Show a change."""
        impact = view.change.impact
        self.text.set_value(impact.text)
        self.users.set_value(plain(impact.users))
        self.services.set_value(", ".join(impact.services))
        self.hours.set_value(plain(impact.hours))
        self.cost.set_value(plain(impact.cost_per_hour))
        self.currency.set_value(impact.currency)

    def values(self) -> dict[str, object]:
        """Return the impact as typed."""
        users = number_of(self.users, self.users.value)
        return {
            "impact": Impact(
                self.text.value,
                None if users is None else round(users),
                items_of(self.services.value),
                number_of(self.hours, self.hours.value),
                number_of(self.cost, self.cost.value),
                self.currency.value or "EUR",
            )
        }


class ScopeSection(Section):
    """What is touched and what is not, and on which hosts."""

    note: ClassVar[str] = later("Edited the scope")

    def __init__(self) -> None:
        super().__init__()
        self.areas = PickField(_("Where the work reaches"), choices(AREAS))
        self.hosts = PickField(_("Affected hosts"), hint=_("Hosts are added on the page Hosts."))
        self.included = TextField(_("What is touched"), lines=3)
        self.excluded = TextField(_("What is left alone on purpose"), lines=3)
        form = Form(2)
        for name in ("areas", "hosts", "included", "excluded"):
            form.add(name, getattr(self, name))
        self.column.addWidget(SectionTitle(_("Scope")))
        self.column.addWidget(form)
        self.watch(self.areas, self.hosts, self.included, self.excluded)

    def fill(self, view: ChangeView) -> None:
        """Show a change."""
        scope = view.change.scope
        self.areas.set_value([area.value for area in scope.areas])
        self.hosts.set_options(host_options(view))
        self.hosts.set_value([str(host) for host in view.change.hosts])
        self.included.set_value(scope.included)
        self.excluded.set_value(scope.excluded)

    def values(self) -> dict[str, object]:
        """Return scope and hosts as typed."""
        areas = tuple(ScopeArea(value) for value in self.areas.value)
        return {
            "scope": Scope(areas, self.included.value, self.excluded.value),
            "hosts": self.hosts.value,
        }


def host_options(view: ChangeView) -> list[tuple[str, str]]:
    """Return all hosts, and those of the change that are no longer known."""
    known = [(str(host.id), host.name) for host in view.all_hosts]
    ids = {host.id for host in view.all_hosts}
    gone = [(str(host), str(host)) for host in view.change.hosts if host not in ids]
    return [*known, *gone]
