"""What services need from a system that keeps metrics, as records and a Protocol."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from app.domain.connection import Connection
from app.domain.metric import Series
from app.tasks import TaskContext


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for: a query, from when until before when (Unix seconds), and the step."""

    query: str
    start_s: float
    end_s: float
    step_s: float


@dataclass(frozen=True, slots=True)
class Answered:
    """What came: one series, the labels it has, and what the system warned of."""

    series: Series
    labels: tuple[tuple[str, str], ...] = ()
    warnings: tuple[str, ...] = ()


class MetricSource(Protocol):
    """One connection that answers queries."""

    def check(self, context: TaskContext) -> str:
        """Return what answers there, with its version; raises as `read` does."""
        ...

    def read(self, wanted: Wanted, context: TaskContext) -> Answered:
        """Return a series; gaps stay gaps, and values that are no numbers are NaN.

        Raises:
            InvalidInput: The system refuses the query, or it gives several series.
            LoginRefused: The token is missing or wrong.
            RemoteError: It cannot be reached, or answers something else.
            TaskCancelled: A stop was asked for.
        """
        ...


OpenSource = Callable[[Connection, str], AbstractContextManager[MetricSource]]
"""Opens a connection with its token ("" for none)."""
