"""The state of a change in six dimensions, by rules that were fixed beforehand.

Pure functions over a few figures. Every state carries the rule that set it and what was found, so
that a reader can check it. What is not known is never Good. User-facing words are in `app.i18n`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.i18n import _, later, ngettext
from app.wording import count_of, duration, percent

OVER_SHARE, OVER_S = 0.10, 900.0
"""How far work may run past the window and still be Watch: a share of it, or seconds."""
DOWNTIME_SHARE = 1.25
PROCESS_MOST = 2
WEIGHTY_GUARDS = ("backup", "approved", "second_approval")
"""Passing one of these by name makes the process Bad."""


class Light(StrEnum):
    """A state; the order from calm to alarm is that of `rank`."""

    GOOD = "good"
    UNKNOWN = "unknown"
    WATCH = "watch"
    BAD = "bad"

    @property
    def rank(self) -> int:
        """How much it weighs: Bad is the heaviest."""
        return list(Light).index(self)

    @property
    def words(self) -> str:
        """The state in one word."""
        return _(_WORDS[self.value])


_WORDS = {
    "good": later("Good"),
    "unknown": later("Unknown"),
    "watch": later("Watch"),
    "bad": later("Bad"),
}


class Dimension(StrEnum):
    """What is looked at."""

    SCHEDULE = "schedule"
    DOWNTIME = "downtime"
    SERVICE = "service"
    BENEFITS = "benefits"
    TESTS = "tests"
    PROCESS = "process"

    @property
    def words(self) -> str:
        """The dimension in one word."""
        return _(_DIMENSIONS[self.value])

    @property
    def rule(self) -> str:
        """The rule in one sentence."""
        return _(_RULES[self.value])


_DIMENSIONS = {
    "schedule": later("Schedule"),
    "downtime": later("Downtime"),
    "service": later("Service"),
    "benefits": later("Benefits"),
    "tests": later("Tests"),
    "process": later("Process"),
}
_RULES = {
    "schedule": later(
        "Good when work ended inside the window; Watch up to 10 % or 15 min over; Bad beyond that, "
        "or when work went on past the latest safe roll-back."
    ),
    "downtime": later("Good up to the plan; Watch up to 125 % of it; Bad above."),
    "service": later(
        "Good without a caused incident of priority 1 to 3; Watch with a P3 or one P2; "
        "Bad with a P1 or two P2."
    ),
    "benefits": later(
        "Good when all objectives are met; Watch when the main ones are; Bad when a main one is "
        "missed or got worse, or the change was backed out."
    ),
    "tests": later(
        "Good when all pass; Watch when one was waived as minor or an optional one failed; "
        "Bad when a mandatory one failed or was waived as major."
    ),
    "process": later(
        "Good without an override; Watch with one or two; Bad with more, when the backup or an "
        "approval was overridden, or when an approver rejected the work afterwards."
    ),
}


@dataclass(frozen=True, slots=True)
class Criterion:
    """One objective; ``met`` is None while it is not measured."""

    name: str
    main: bool
    met: bool | None
    worse: bool = False


@dataclass(frozen=True, slots=True)
class TestTally:
    """How the tests ended, counted."""

    passed: int = 0
    minor: int = 0
    """Optional ones that failed or were waived."""
    major: int = 0
    """Mandatory ones that failed or were waived."""
    open: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return self.passed + self.minor + self.major + self.open


@dataclass(frozen=True, slots=True)
class RagFacts:
    """The figures the rules look at; times are in seconds, None is not known."""

    window_s: float | None = None
    over_s: float | None = None
    """How long work ran past the window's end; negative is time to spare."""
    past_deadline: bool = False
    """Whether work went on past the latest safe start of a roll-back."""
    planned_downtime_s: float | None = None
    downtime_s: float | None = None
    incidents: tuple[int, ...] | None = None
    """Priorities of the incidents the change caused; None while nobody could have looked."""
    criteria: tuple[Criterion, ...] = ()
    tests: TestTally = TestTally()
    overrides: tuple[str, ...] = ()
    """Ids of the guards that were passed by name."""
    rejected: bool = False
    """Whether an approver rejected work that had begun before the decision."""
    carried_out: bool = True
    backed_out: bool = False


@dataclass(frozen=True, slots=True)
class DimensionState:
    """One dimension: its state, what was found in a few words, and the same as a clause."""

    dimension: Dimension
    light: Light
    found: str
    clause: str = ""


@dataclass(frozen=True, slots=True)
class Rag:
    """The overall state, the rule behind it, and which finding set it."""

    overall: Light
    trigger: str
    dimensions: tuple[DimensionState, ...]

    def of(self, dimension: Dimension) -> DimensionState:
        """Return one dimension."""
        return next(item for item in self.dimensions if item.dimension is dimension)

    @property
    def issues(self) -> tuple[DimensionState, ...]:
        """The dimensions that want attention, the worst first."""
        found = [item for item in self.dimensions if item.light in (Light.WATCH, Light.BAD)]
        return tuple(sorted(found, key=lambda item: -item.light.rank))


def overall_rule() -> str:
    """Return how the six states make the overall one, in one sentence."""
    return _(
        "The worst of Service, Benefits and Schedule; Downtime, Tests and Process may lower Good "
        "to Watch, never to Bad. What is not known is never Good."
    )


def assess(facts: RagFacts) -> Rag:
    """Apply every rule and put the states together."""
    states = (
        _schedule(facts),
        _downtime(facts),
        _service(facts),
        _benefits(facts),
        _tests(facts.tests),
        _process(facts),
    )
    return _overall(states)


def _overall(states: tuple[DimensionState, ...]) -> Rag:
    leading = (Dimension.SERVICE, Dimension.BENEFITS, Dimension.SCHEDULE)
    heavy = [item for item in states if item.dimension in leading]
    light = [item for item in states if item.dimension not in leading]
    worst = max(heavy, key=lambda item: item.light.rank)
    if worst.light is Light.GOOD:
        lowering = max(light, key=lambda item: item.light.rank)
        if lowering.light is Light.GOOD:
            return Rag(Light.GOOD, _("All six are good."), states)
        state = Light.UNKNOWN if lowering.light is Light.UNKNOWN else Light.WATCH
        return Rag(state, _trigger(lowering), states)
    if worst.light is Light.UNKNOWN:
        lowering = max(light, key=lambda item: item.light.rank)
        if lowering.light.rank > Light.UNKNOWN.rank:
            return Rag(Light.WATCH, _trigger(lowering), states)
    return Rag(worst.light, _trigger(worst), states)


def _trigger(state: DimensionState) -> str:
    return _("Here {dimension} set it: {found}.").format(
        dimension=state.dimension.words, found=_lower_first(state.found)
    )


def _schedule(facts: RagFacts) -> DimensionState:
    name = Dimension.SCHEDULE
    if facts.window_s is None:
        return DimensionState(name, Light.UNKNOWN, _("No window was agreed"))
    if facts.over_s is None:
        text = _("Work has not ended") if facts.carried_out else _("Work has not begun")
        return DimensionState(name, Light.UNKNOWN, text)
    over = duration(abs(facts.over_s))
    if facts.past_deadline:
        text = _("Ended after the latest safe roll-back")
        clause = _("work went on past the latest safe roll-back")
        return DimensionState(name, Light.BAD, text, clause)
    if facts.over_s <= 0:
        return DimensionState(name, Light.GOOD, _("{time} to spare").format(time=over))
    light = Light.WATCH if facts.over_s <= max(OVER_S, OVER_SHARE * facts.window_s) else Light.BAD
    text = _("Ended {time} after the window closed").format(time=over)
    return DimensionState(
        name, light, text, _("work ended {time} after the window closed").format(time=over)
    )


def _downtime(facts: RagFacts) -> DimensionState:
    name, planned, actual = Dimension.DOWNTIME, facts.planned_downtime_s, facts.downtime_s
    if actual is None:
        return DimensionState(name, Light.UNKNOWN, _("Not measured"))
    if planned is None:
        text = _("{time}, no plan to hold it against").format(time=duration(actual))
        return DimensionState(name, Light.UNKNOWN if actual else Light.GOOD, text)
    if actual <= planned:
        text = (
            _("{share} of the plan").format(share=percent(actual / planned))
            if planned
            else _("None planned, none measured")
        )
        return DimensionState(name, Light.GOOD, text)
    light = Light.WATCH if actual <= DOWNTIME_SHARE * planned else Light.BAD
    text = (
        _("{share} of the plan").format(share=percent(actual / planned, 3))
        if planned
        else _("{time}, none planned").format(time=duration(actual))
    )
    clause = _("downtime was {time} longer than planned").format(time=duration(actual - planned))
    return DimensionState(name, light, text, clause)


def _service(facts: RagFacts) -> DimensionState:
    name = Dimension.SERVICE
    if facts.incidents is None:
        return DimensionState(name, Light.UNKNOWN, _("Not watched yet"))
    counts = {priority: facts.incidents.count(priority) for priority in (1, 2, 3)}
    if not any(counts.values()):
        return DimensionState(name, Light.GOOD, _("No P1, P2 or P3 recorded"))
    told = ", ".join(f"{n} × P{priority}" for priority, n in counts.items() if n)
    light = Light.BAD if counts[1] or counts[2] > 1 else Light.WATCH
    clause = ngettext("it caused {n} incident", "it caused {n} incidents", sum(counts.values()))
    return DimensionState(
        name, light, _("Caused {told}").format(told=told), clause.format(n=sum(counts.values()))
    )


def _benefits(facts: RagFacts) -> DimensionState:
    name, criteria = Dimension.BENEFITS, facts.criteria
    if facts.backed_out:
        return DimensionState(
            name, Light.BAD, _("Backed out"), _("the objectives were not reached")
        )
    if not criteria:
        return DimensionState(name, Light.UNKNOWN, _("No objective was agreed"))
    main = [item for item in criteria if item.main] or list(criteria)
    met = count_of(sum(item.met is True for item in criteria), len(criteria))
    failed = [item for item in main if item.met is False or item.worse]
    if failed:
        text = _("Main objective missed, {met} in all").format(met=met)
        return DimensionState(name, Light.BAD, text, _missed(failed))
    if any(item.met is None for item in main):
        return DimensionState(name, Light.UNKNOWN, _("Main objective not measured"))
    rest = [item for item in criteria if item.met is not True or item.worse]
    if not rest:
        return DimensionState(name, Light.GOOD, _("{met} met").format(met=met))
    text = _("Main one met, {met} in all").format(met=met)
    return DimensionState(name, Light.WATCH, text, _missed(rest))


def _missed(criteria: Sequence[Criterion]) -> str:
    if len(criteria) == 1:
        verb = (
            _("{name} was not measured")
            if criteria[0].met is None
            else _("{name} missed its target")
        )
        return verb.format(name=_lower_first(criteria[0].name))
    return _("{n} objectives were not met").format(n=len(criteria))


def _tests(tally: TestTally) -> DimensionState:
    name = Dimension.TESTS
    if not tally.total:
        return DimensionState(name, Light.UNKNOWN, _("No test was recorded"))
    if tally.major:
        clause = ngettext(
            "{n} test failed or was waived as major",
            "{n} tests failed or were waived as major",
            tally.major,
        ).format(n=tally.major)
        text = _("{n} failed or waived as major").format(n=tally.major)
        return DimensionState(name, Light.BAD, text, clause)
    if tally.open:
        return DimensionState(name, Light.UNKNOWN, _("{n} without a result").format(n=tally.open))
    if tally.minor:
        text = _("{n} minor not passed").format(n=tally.minor)
        clause = ngettext(
            "{n} minor test did not pass", "{n} minor tests did not pass", tally.minor
        ).format(n=tally.minor)
        return DimensionState(name, Light.WATCH, text, clause)
    return DimensionState(
        name, Light.GOOD, _("{passed} passed").format(passed=count_of(tally.passed, tally.total))
    )


def _process(facts: RagFacts) -> DimensionState:
    overrides = facts.overrides
    name, n = Dimension.PROCESS, len(overrides)
    if facts.rejected:
        text, clause = _("Rejected after the work"), _("an approver rejected it after the work")
        return DimensionState(name, Light.BAD, text, clause)
    if not n:
        return DimensionState(name, Light.GOOD, _("No condition overridden"))
    weighty = [guard for guard in overrides if guard in WEIGHTY_GUARDS]
    if weighty:
        what = _("the backup") if "backup" in weighty else _("an approval")
        text = _("The condition for {what} was overridden").format(what=what)
        clause = _("the condition for {what} was overridden").format(what=what)
        return DimensionState(name, Light.BAD, text, clause)
    clause = ngettext("{n} condition was overridden", "{n} conditions were overridden", n)
    light = Light.WATCH if n <= PROCESS_MOST else Light.BAD
    text = ngettext("{n} override", "{n} overrides", n).format(n=n)
    return DimensionState(name, light, text, clause.format(n=n))


def _lower_first(text: str) -> str:
    """Begin with a small letter, unless the word is an abbreviation."""
    if len(text) > 1 and text[1].islower():
        return text[0].lower() + text[1:]
    return text
