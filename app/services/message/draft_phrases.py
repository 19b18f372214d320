"""The phrases that several messages about a change share."""

from dataclasses import dataclass

from app.domain.change import Change
from app.domain.runbook import Phase
from app.i18n import _
from app.wording import clock, clock_span, count, day, duration, zone_label

_WHY = 400
_STEPS = 40


@dataclass(frozen=True, slots=True)
class Around:
    """What a draft needs besides the change: names of its hosts, and whose letter it is."""

    hosts: tuple[str, ...] = ()
    organisation: str = ""
    reason: str = ""
    """Why the last move was made, as whoever made it said."""


class Writing:
    """The phrases that several texts share, for one change."""

    def __init__(self, change: Change, around: Around) -> None:
        self.change, self.around = change, around
        services = change.impact.services or (change.business_service,)
        self.service = ", ".join(filter(None, services)) or change.title

    @property
    def zone(self) -> str:
        """The zone people read the times in."""
        return self.change.window.zone if self.change.window else "UTC"

    @property
    def when(self) -> str:
        """The whole window."""
        window = self.change.window
        if window is None:
            return _("at a time that is not agreed yet")
        return clock_span(window.span.start, window.span.end, window.zone)

    @property
    def on_day(self) -> str:
        """The day of the window."""
        window = self.change.window
        return day(window.span.start, window.zone, year=True) if window else _("date to follow")

    @property
    def from_time(self) -> str:
        """When the window opens."""
        window = self.change.window
        if window is None:
            return _("the work begins")
        start = window.span.start
        return f"{clock(start, window.zone)} {zone_label(start, window.zone)}"

    @property
    def until_time(self) -> str:
        """When the window ends."""
        window = self.change.window
        if window is None:
            return _("a time that is not agreed yet")
        end = window.span.end
        return f"{clock(end, window.zone)} {zone_label(end, window.zone)}"

    @property
    def interruption(self) -> str:
        """What users notice."""
        change = self.change
        if change.outage is False:
            return _("You should not notice anything of it.")
        if change.outage is None:
            return _("Whether the service will be interrupted is not decided yet.")
        if change.planned_downtime_min is None:
            return _("{service} will not be available for a part of this time.").format(
                service=self.service
            )
        return _("{service} will not be available for about {time} of this time.").format(
            service=self.service, time=duration(change.planned_downtime_min * 60)
        )

    @property
    def contact(self) -> str:
        """Whom to ask."""
        reachable = next((item for item in self.change.contacts if item.reach), None)
        if reachable is not None:
            return f"{reachable.name}, {reachable.reach}"
        return self.change.coordinator or _("the coordinator")

    @property
    def why(self) -> str:
        """The reason, in a few lines."""
        text = (self.change.description or self.change.impact.text).strip()
        if not text:
            return ""
        short = text if len(text) <= _WHY else text[:_WHY].rsplit(" ", 1)[0] + " …"
        return _("Why: {text}").format(text=short)

    @property
    def signature(self) -> str:
        """Who writes, and about which change."""
        lines = (self.change.coordinator, self.around.organisation, self.change.number)
        return "\n".join(line for line in lines if line)

    @property
    def result(self) -> str:
        """How it ended, as far as it is known."""
        change = self.change
        if change.backed_out:
            return _("The work was taken back; {service} is as it was before.").format(
                service=self.service
            )
        if change.work_end is None:
            return _("The work is over. [Write how it ended.]")
        return _("The work is done since {time}; {service} is available.").format(
            time=f"{clock(change.work_end, self.zone)} {zone_label(change.work_end, self.zone)}",
            service=self.service,
        )

    @property
    def risk(self) -> str:
        """The risk before and with controls."""
        risk = self.change.risk
        if risk is None:
            return _("The risk is not assessed yet.")
        return _("Risk: {inherent} before controls, {residual} with them.").format(
            inherent=_(risk.level.label).lower(), residual=_(risk.residual_level.label).lower()
        )

    @property
    def affected(self) -> str:
        """Whom it concerns."""
        users = self.change.impact.users
        parts = [_("{n} users").format(n=count(users))] if users is not None else []
        return _("Affected: {what}.").format(what=", ".join([*parts, self.service]))

    @property
    def option(self) -> str:
        """Which way was chosen, and why."""
        chosen = self.change.chosen_option
        if chosen is None:
            return ""
        reason = f" ({chosen.reason})" if chosen.reason else ""
        return _("Chosen way: {title}{reason}.").format(title=chosen.title, reason=reason)

    @property
    def steps(self) -> str:
        """The way forward, step by step."""
        steps = self.change.runbook.phase(Phase.FORWARD)
        if not steps:
            return ""
        lines = [
            f"{n}. {step.title}" + (f" ({step.owner})" if step.owner else "")
            for n, step in enumerate(steps[:_STEPS], start=1)
        ]
        if len(steps) > _STEPS:
            lines.append(_("and {n} more").format(n=len(steps) - _STEPS))
        return "\n".join((_("Steps:"), *lines))

    @property
    def way_back(self) -> str:
        """How it is taken back."""
        plan = self.change.backout_plan.strip()
        return _("Way back: {plan}").format(plan=plan) if plan else ""

    @property
    def reachable(self) -> str:
        """Who can be reached during the work."""
        people = [
            " ".join(part for part in (item.name, f"({item.role})" if item.role else "", item.reach)
                     if part)
            for item in self.change.contacts
        ]  # fmt: skip
        return _("Reachable during the work: {people}.").format(people="; ".join(people)) \
            if people else ""  # fmt: skip
