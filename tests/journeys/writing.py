"""What a coordinator writes down before the work, by mouse and keys: host, need, plan, window."""

import shlex
import sys
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from app.demo import plan
from app.demo.shop import DemoShop
from app.demo.sshd import PrivateSshd
from app.domain.backup import BackupSource, SourceKind
from app.domain.change import Change, ChangeState
from app.domain.host import KeyState
from app.domain.risk import Grade, RiskScore
from app.domain.runbook import Phase, StepKind
from tests.journeys.driver import Person
from ui.widgets.badges import StateBadge

WINDOW_S = 8.0
"""Of measuring, on both sides of the work."""
COMMUNICATION = (
    "Before: the service desk is told an hour ahead. During: a notice on the orders page. After:"
    " the result goes to the service desk."
)
_SOON = "0.0333"
"""Two seconds, in minutes."""


@dataclass(frozen=True)
class Place:
    """Where it plays."""

    data: Path
    server: PrivateSshd
    shop: DemoShop


def the_change(person: Person) -> Change:
    with person.services.new_uow() as uow:
        (change,) = uow.changes.list()
    return change


def state(person: Person) -> ChangeState:
    return the_change(person).state


def badges(person: Person) -> str:
    return "\n".join(badge.accessibleName() for badge in person.seen(StateBadge))


def move(person: Person, verb: str, to: ChangeState) -> None:
    """Press the next move of the change and wait until it has arrived."""
    person.press_when_free(verb)
    person.wait(lambda: state(person) is to, to.value)
    person.settle()


def add_the_host(person: Person, place: Place) -> None:
    wanted = place.server.host(confirmed=False)
    person.go("hosts")
    person.press("Add a host", person.page)
    person.fill(
        {
            "Name": wanted.name,
            "Address": wanted.address,
            "User": wanted.user,
            "Port": str(wanted.port),
            "Login by": "Key file",
            "Key file": wanted.key_file,
            "Services to check": str(place.shop.control),
        }
    )
    person.press("Save")
    person.settle()
    assert not person.can_press("Test the connection")

    person.press("Ask the host for its key")
    person.settle()
    assert place.server.key.sha256 in person.text()
    person.press("It is the same: confirm")
    person.settle()
    with person.services.new_uow() as uow:
        (host,) = uow.hosts.list()
    assert (host.key, host.key_state) == (place.server.key, KeyState.CONFIRMED)
    assert host.key_confirmed_by == plan.COORDINATOR

    person.press("Test the connection")
    person.wait(lambda: "Login" in badges(person), "the steps of the connection test")
    person.settle()


def identify(person: Person) -> None:
    person.go("changes")
    person.press("New change")
    person.type("Title", plan.TITLE)
    person.press("Begin the draft")
    person.wait(lambda: "CHG-000001" in person.text(), "the new change")
    person.settle()
    assert not person.can_press("Start planning")
    person.tab("Plan")
    person.fill(
        {
            "What is wrong": "Order queries read the whole table.",
            "Need": "Cannot scale",
            "Requested by": "Thabo Mokoena",
            "Business service": "Orders",
        }
    )
    person.add(
        "Evidence of the need",
        {
            "What it is": "Query plan of the orders page",
            "Kind": "Load or metric",
            "What it says": "SCAN orders: reads every row",
            "Where it is": "EXPLAIN QUERY PLAN on the server",
        },
    )
    person.part("Impact")
    person.fill({"Affected hosts": "demo-01"})
    person.part("People")
    person.fill({"Implementer": plan.IMPLEMENTER, "Reviewer": plan.REVIEWER})
    person.tab("Overview")
    move(person, "Start planning", ChangeState.ASSESS)


def plan_the_change(person: Person, place: Place) -> None:
    person.tab("Plan")
    say_what_it_means(person)
    weigh_the_options(person)
    write_the_runbook(person, place.shop)
    say_how(person)
    agree_on_measures(person, place.shop)
    say_what_is_backed_up(person, place.shop)
    list_the_tests(person, place.shop)
    judge_the_risk(person)
    plan_the_window(person)
    move(person, "Ask for approval", ChangeState.AUTHORIZE)


def say_what_it_means(person: Person) -> None:
    person.part("Impact")
    person.fill(
        {
            "Impact on users and business": "Customers wait for their list of orders.",
            "Users affected": "1240",
            "Services": "Orders",
            "Where the work reaches": "Server",
            "What is touched": "The orders database and the shop's config on demo-01",
            "What is left alone on purpose": "Every other service",
        }
    )


def weigh_the_options(person: Person) -> None:
    person.part("Options")
    person.add(
        "Options",
        {
            "Option": "Add an index and a larger cache",
            "Choice": True,
            "Benefit": "Queries read only the rows they need",
            "Time": "30 min",
            "What takes the time": "Minutes of work",
            "Risk left": "Low",
            "Why, or why not": "Removes the cause, and can be undone by a restore",
        },
        {
            "Option": "Do nothing",
            "What the cost is made of": "Slower every week",
            "Why, or why not": "The need remains",
        },
    )
    chosen = the_change(person).chosen_option
    assert chosen.title == "Add an index and a larger cache"
    assert chosen.takes_s == timedelta(minutes=30).total_seconds()


def judge_the_risk(person: Person) -> None:
    person.tab("Plan")
    person.part("Risk")
    for side, likelihood, impact in (("Inherent", 3, 4), ("Residual", 2, 3)):
        person.pick_risk(side, likelihood, impact)
    person.type("Why it is judged so", "The database is altered while the service is stopped.")
    person.add(
        "Controls",
        {"Control": "Restored before the start", "Rests on": "The backup and its proof"},
    )
    person.settle()
    risk = the_change(person).risk
    assert risk.inherent == RiskScore(Grade.MODERATE, Grade.HIGH)
    assert risk.residual == RiskScore(Grade.LOW, Grade.MODERATE)
    assert (risk.assessor, len(risk.controls)) == (plan.COORDINATOR, 1)


def write_the_runbook(person: Person, shop: DemoShop) -> None:
    control, config = shlex.quote(str(shop.control)), shlex.quote(str(shop.config))
    index = shlex.join((sys.executable, str(shop.folder / "add_index.py"), str(shop.database)))

    def command(title: str, text: str, **flags: bool) -> dict[str, str | bool]:
        return {
            "Step": title,
            "Kind": "Command",
            "Host": "demo-01",
            "Owner": plan.IMPLEMENTER,
            "Estimate": _SOON,
            "Command": text,
            **flags,
        }

    stop, start = f"sh {control} stop", f"sh {control} start"
    check = {"Step": "Health checks, after", "Kind": "Health check", "Host": "demo-01"}
    person.part("Runbook")
    person.add(
        "Runbook, forward",
        {
            "Step": "Go or no-go",
            "Kind": "Gate",
            "Owner": plan.COORDINATOR,
            "Estimate": _SOON,
            "What must be typed to go on": "GO demo-01",
        },
        {"Step": "Backup again", "Kind": "Backup", "Host": "demo-01"},
        command("Stop the shop", stop, Service=True),
        command("Add the index and prove that it is used", index),
        command(
            "Raise the cache and the release in the config",
            "sed -i -e 's/^release = .*/release = 2.0/'"
            f" -e 's/^cache_pages = .*/cache_pages = 2000/' {config} && cat {config}",
            Repeating=True,
        ),
        command("Start the shop", start, **{"Service back": True}),
        check,
        {
            "Step": "Look at the orders page",
            "Kind": "By hand",
            "Owner": plan.COORDINATOR,
            "Estimate": _SOON,
            "What the person does": "Compare the sum of one customer with the one before.",
        },
    )
    person.add(
        "Runbook, back",
        command("Stop the shop", stop),
        {"Step": "Restore from the backup", "Kind": "Restore", "Host": "demo-01"},
        command("Start the shop", start),
        check,
    )
    runbook = the_change(person).runbook
    kinds = [step.kind for step in runbook.phase(Phase.FORWARD)]
    assert kinds == [
        StepKind.GATE, StepKind.BACKUP, *[StepKind.COMMAND] * 4, StepKind.CHECK, StepKind.MANUAL,
    ]  # fmt: skip
    assert [step.stops_service for step in runbook.steps].count(True) == 1
    assert len(runbook.phase(Phase.BACKOUT)) == 4


def say_how(person: Person) -> None:
    person.part("Plans")
    person.fill(
        {
            "Outage": "Yes, users notice",
            "Planned downtime, minutes": "0.25",
            "Communication plan": COMMUNICATION,
            "Test plan": "Ask for one customer's orders.",
        }
    )
    person.part("People")
    person.add(
        "Reachable during the work",
        {
            "Name": plan.IMPLEMENTER,
            "Role": "database engineer",
            "How to reach": "ext. 4410",
            "Reachable": True,
        },
    )


def agree_on_measures(person: Person, shop: DemoShop) -> None:
    person.tab("Metrics")
    person.add(
        "Measures",
        {
            "Measure": "Orders page, response time",
            "What is read": "Response time of an address",
            "Address": shop.url,
            "Target": "at most",
            "Value": "500",  # met on a busy computer too: what is judged here is not its speed
            "Change that matters, %": "10",
            "Weight": True,
        },
        {"Measure": "Processor load", "What is read": "Processor load"},
        {"Measure": "Memory in use", "What is read": "Memory in use"},
    )
    person.fill(
        {
            "Length of each window": f"{WINDOW_S:g} s",
            "Pause after the work": "1.8 s",
            "Watched for": "5 s",
        }
    )
    person.settle()
    change = the_change(person)
    (key,) = (metric for metric in change.metrics if metric.key)
    assert (key.target.value, key.target.at_most, key.margin) == (500.0, True, 0.1)
    assert [metric.query for metric in change.metrics] == [f"url {shop.url}", "cpu", "memory"]


def say_what_is_backed_up(person: Person, shop: DemoShop) -> None:
    person.tab("Backup")
    person.add(
        "What shall be captured",
        {"What": "SQLite database", "Database": str(shop.database)},
        {"What": "Files and folders", "Paths, one on each line": f"{shop.config}\n{shop.control}"},
        {"What": "Facts of the host"},
    )
    with person.services.new_uow() as uow:
        (host,) = uow.hosts.list()
    assert the_change(person).backup_plan == (
        BackupSource(SourceKind.SQLITE, host.id, database=str(shop.database)),
        BackupSource(SourceKind.FILES, host.id, (str(shop.config), str(shop.control))),
        BackupSource(SourceKind.FACTS, host.id),
    )


def list_the_tests(person: Person, shop: DemoShop) -> None:
    person.tab("Tests")
    person.add(
        "Test cases",
        {
            "Test": "Orders of one customer",
            "Kind": "Functional",
            "What should be seen": "Same sum as before",
        },
        {
            "Test": "Service answers in the new release",
            "What should be seen": "Release 2.0",
            "Tried by": "the program: web page or login",
            "Requests": f"GET {shop.health_url}\nexpect status = 200\nexpect body contains 2.0",
        },
    )


def plan_the_window(person: Person) -> None:
    start: datetime = person.services.clock.now() - timedelta(minutes=1)
    person.tab("Schedule")
    person.fill({"Start": f"{start:%Y-%m-%d %H:%M}", "Length": "45 min"})
    person.press("Plan a window")
    person.settle()
    window = the_change(person).window
    assert window.span.start == start.replace(second=0, microsecond=0)
    assert window.span.duration == timedelta(minutes=45)
