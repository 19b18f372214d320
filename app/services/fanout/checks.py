"""Check the health of many hosts at once; every report is recorded as it comes."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from app.domain.change import Change
from app.domain.fanout import NO_LIMIT, FanOut, HostPart, Part, plan_fan_out
from app.domain.health import HealthReport, Phase
from app.domain.host import Host
from app.domain.ids import HostId
from app.errors import AppError
from app.i18n import _
from app.services.fanout.running import Ended, Watch, carry_on, no_watch
from app.services.host.health import (
    Checking,
    CheckRequest,
    Recorder,
    check_and_record,
    summary_of,
)
from app.tasks import TaskContext


@dataclass
class Checks:
    """Checks of many hosts; keeps what came of each."""

    hosts: Sequence[Host]
    request: CheckRequest
    checking: Checking
    reports: dict[HostId, HealthReport] = field(default_factory=dict)
    errors: dict[HostId, AppError] = field(default_factory=dict)

    def plan(self) -> FanOut:
        """Return the fan-out over these hosts; a check harms nobody, so nothing limits it."""
        return plan_fan_out((host.id for host in self.hosts), tolerance=NO_LIMIT)

    def carry_on(self, plan: FanOut, context: TaskContext, watch: Watch = no_watch) -> FanOut:
        """Check the hosts that wait; returns how all of them stand."""
        known = {host.id: host for host in self.hosts}
        recorder = Recorder(self.checking.desk)

        def work(host: HostId, inner: TaskContext) -> Ended:
            self.errors.pop(host, None)
            try:
                report = check_and_record(
                    known[host],
                    self.request,
                    checking=self.checking,
                    context=inner,
                    recorder=recorder,
                )
            except AppError as error:
                self.errors[host] = error
                raise
            self.reports[host] = report
            return Ended(Part.DONE, summary_of(report))

        at_once = min(self.checking.at_once, max(1, len(self.hosts)))
        return carry_on(plan, work, context, watch=watch, at_once=at_once)


def check_change(
    change: Change, phase: Phase, *, checking: Checking, context: TaskContext
) -> tuple[HealthReport, ...]:
    """Check every host of a change at once and record the reports.

    Raises:
        RemoteError: A host could not be checked; the reports of others are recorded.
        TaskCancelled: A stop was asked for; the reports that had come are recorded.
    """
    with checking.desk.new_uow() as uow:
        hosts = [uow.hosts.get(host) for host in change.hosts]
    checks = Checks(hosts, CheckRequest(phase, change.id), checking)
    names = {host.id: host.name for host in hosts}

    def tell(now: FanOut, part: HostPart) -> None:
        done = sum(item.state.is_over for item in now.parts)
        if not context.stopped:
            context.progress(
                done, len(now.parts), _("Checking {host}").format(host=names[part.host])
            )

    checks.carry_on(checks.plan(), context, tell)
    context.wait(0)
    for host in hosts:
        if host.id in checks.errors:
            raise checks.errors[host.id]
    return tuple(checks.reports[host.id] for host in hosts)
