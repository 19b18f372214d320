"""Short ways to write down the plans of the examples."""

from collections.abc import Iterable
from dataclasses import replace

from app.demo.plan import COORDINATOR, IMPLEMENTER
from app.domain.host import Host
from app.domain.metric import Metric, MetricKind, Target, WorseWhen
from app.domain.risk import RiskAnswer
from app.domain.risk_questions import QUESTIONS
from app.domain.runbook import Phase, Step, StepKind
from app.examples.stage import Stage


def command(key: str, title: str, host: Host, text: str, plan: tuple[float, float]) -> Step:
    """Return a command step; ``plan`` is its usual and its slow duration in seconds."""
    return Step(
        key, title, StepKind.COMMAND, host.id, text, owner=IMPLEMENTER,
        estimate_s=plan[0], p90_s=plan[1], limit_s=4 * plan[1],
    )  # fmt: skip


def gate(key: str, title: str, answer: str, *, by_another: bool = False) -> Step:
    """Return a gate that the coordinator answers."""
    return Step(
        key, title, StepKind.GATE, answer=answer, owner=COORDINATOR, estimate_s=300,
        limit_s=1800, by_another=by_another,
    )  # fmt: skip


def check(key: str, host: Host, title: str = "Health checks, after") -> Step:
    """Return a health check of every host of the change."""
    return Step(key, title, StepKind.CHECK, host.id, estimate_s=60, owner=IMPLEMENTER)


def back(*steps: Step) -> tuple[Step, ...]:
    """Return steps as those of the way back."""
    return tuple(replace(step, phase=Phase.BACKOUT) for step in steps)


def latency(key: str, name: str, most_ms: float) -> Metric:
    """Return the key measure of a change: a response time with a target."""
    return Metric(
        key, name, "ms", MetricKind.LATENCY, WorseWhen.HIGHER, 0.10, 10.0, key=True,
        target=Target(most_ms), source="file",
    )  # fmt: skip


def usage(key: str, name: str, unit: str = "%", margin: float = 0.10) -> Metric:
    """Return a measure that must not rise."""
    return Metric(key, name, unit, margin=margin, floor=2.0, source="file")


def risk_answers(stage: Stage, values: Iterable[int]) -> tuple[RiskAnswer, ...]:
    """Return answers in the order of the questionnaire, with the weights that hold."""
    method = stage.services.settings.risk
    return tuple(
        RiskAnswer(item.id, value, method.weight(item.id))
        for item, value in zip(QUESTIONS, values, strict=True)
    )
