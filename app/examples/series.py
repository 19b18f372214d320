"""Made-up samples: how a measure usually goes, and what the work does to it.

The parameters stand in the file beside the samples, and the same seed gives the same samples.
Whether anything became better is not decided here: `app.services.metric.verdicts` judges what it
finds.
"""

import random
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from math import cos, exp, pi
from zoneinfo import ZoneInfo

STEP = timedelta(minutes=5)
_MEMORY = 0.6
"""How much of a deviation is still there one step later."""
_BUSIEST_H = 15.0


@dataclass(frozen=True, slots=True)
class Shape:
    """How a measure goes: around ``level``, by ``swing`` over the day, scattered by ``spread``.

    ``after`` is what the level is multiplied with once the work has ended. Swing and spread are
    fractions; ``most`` is a bound that nothing passes, such as 100 %.
    """

    level: float
    swing: float = 0.25
    spread: float = 0.08
    after: float = 1.0
    most: float = float("inf")


@dataclass(frozen=True, slots=True)
class Span:
    """From when to when there are samples, and when the work was, if it was yet."""

    start: datetime
    end: datetime
    zone: str
    work: tuple[datetime, datetime] | None = None


def table(shapes: Mapping[str, Shape], span: Span, seed: int) -> str:
    """Return the samples as CSV, one column for each measure; no samples while the work goes on."""
    lines = [f"# Made up for the examples, seed {seed}, a sample every 5 min"]
    lines += [f"# {name}: {asdict(shape)}" for name, shape in shapes.items()]
    lines.append(",".join(("time", *shapes)))
    columns = [_values(shape, span, random.Random(f"{seed} {name}"))  # noqa: S311 - no secret
               for name, shape in shapes.items()]  # fmt: skip
    for at, *values in zip(_times(span), *columns, strict=True):
        cells = ["" if _inside(at, span) else f"{value:.3f}" for value in values]
        lines.append(",".join((f"{at:%Y-%m-%dT%H:%M:%SZ}", *cells)))
    return "\n".join((*lines, ""))


def _times(span: Span) -> Iterator[datetime]:
    at = span.start
    while at < span.end:
        yield at
        at += STEP


def _inside(at: datetime, span: Span) -> bool:
    return span.work is not None and span.work[0] <= at < span.work[1]


def _values(shape: Shape, span: Span, rng: random.Random) -> Iterator[float]:
    """Yield a level with a daily rhythm and noise that remembers (log scale)."""
    zone, noise = ZoneInfo(span.zone), 0.0
    for at in _times(span):
        there = at.astimezone(zone)
        hour = there.hour + there.minute / 60
        rhythm = 1 + shape.swing * cos(2 * pi * (hour - _BUSIEST_H) / 24)
        done = span.work is not None and at >= span.work[1]
        noise = _MEMORY * noise + rng.gauss(0.0, shape.spread * (1 - _MEMORY**2) ** 0.5)
        usual = shape.level * rhythm * (shape.after if done else 1.0)
        yield min(shape.most, usual * exp(noise))
