"""Two metrics against each other: one point per step of a common grid, before and after."""

from dataclasses import dataclass

from app.analysis.chart_plot import Plot, Shape, Tone, Trace, value_axis
from app.analysis.chart_words import labelled
from app.analysis.correlation import Together
from app.i18n import _
from app.wording import MINUS, count, duration, number

MOST_POINTS = 3000
"""Points of a side that are drawn; of more every k-th is, and the correlation rests on all."""


@dataclass(frozen=True, slots=True)
class ScatterInput:
    """The names and units of both metrics, and their pairs."""

    one: str
    one_unit: str
    other: str
    other_unit: str
    before: Together
    after: Together
    step_s: float
    zone: str = "UTC"


def scatter_plot(data: ScatterInput) -> Plot | None:
    """Return the points of both windows; None where there is none."""
    sides = ((data.before, _("before"), Tone.BEFORE, Shape.RING),
             (data.after, _("after"), Tone.AFTER, Shape.SQUARE))  # fmt: skip
    traces = []
    for side, name, tone, shape in sides:
        if side.n:
            pick = slice(None, None, -(-side.n // MOST_POINTS))
            said = tuple(
                f"{number(x, data.one_unit, digits=3)}, {number(y, data.other_unit, digits=3)}"
                for x, y in zip(side.one[pick].tolist(), side.other[pick].tolist(), strict=True)
            )
            traces.append(
                Trace(name, tone, side.one[pick], side.other[pick], line=False, shape=shape,
                      when=side.at_s[pick], said=said)
            )  # fmt: skip
    if not traces:
        return None
    x = value_axis([trace.x for trace in traces], data.one_unit, name=data.one, zone=data.zone,
                   at_zero=False)  # fmt: skip
    y = value_axis([trace.y for trace in traces], data.other_unit, name=data.other,
                   zone=data.zone, at_zero=False)  # fmt: skip
    texts = [(position, trace.name, "") for position, trace in enumerate(traces)]
    told = "; ".join(f"{name}: {correlation_words(side)}" for side, name, _t, _s in sides)
    sentence = _("{one} against {other}. {told}").format(one=data.one, other=data.other, told=told)
    return Plot(x, y, tuple(traces), sentence, words=labelled(traces, texts, x, y))


def correlation_words(side: Together) -> str:
    """Return "ρ +0.62, likely +0.30 to +0.80, n = 180, worth about 42 independent ones"."""
    if side.rho is None:
        return _("n = {n}, no correlation can be told").format(n=count(side.n))
    parts = [_("ρ {rho}").format(rho=_strength(side.rho))]
    if side.interval95 is not None:
        low, high = (_strength(end) for end in side.interval95)
        parts.append(_("likely {low} to {high}").format(low=low, high=high))
    parts.append(_("n = {n}").format(n=count(side.n)))
    parts.append(_("worth about {n} independent ones").format(n=count(round(side.worth))))
    return ", ".join(parts)


def _strength(rho: float) -> str:
    return f"{rho:+.2f}".replace("-", MINUS)


def meaning_words(data: ScatterInput) -> str:
    """Return what the picture says, and what it does not."""
    before, after = data.before, data.after
    if before.is_clear and after.is_clear and (before.rho or 0) * (after.rho or 0) < 0:
        first = _("They went the same way on one side of the change, opposite ways on the other.")
    elif before.is_clear and after.is_clear:
        first = _("They went together before the change and after it.")
    elif before.is_clear:
        first = _("They went together before the change; after it that cannot be told.")
    elif after.is_clear:
        first = _("They go together since the change; before it that cannot be told.")
    else:
        first = _("It cannot be told whether they go together.")
    if _ranges_apart(before, after):
        first += " " + _("How closely they do has changed.")
    grid = _("Spearman's rank correlation on a common grid of {step}.").format(
        step=duration(data.step_s)
    )
    last = _("Going together is not cause: a third thing, such as traffic, may move both.")
    return f"{first} {grid} {last}"


def _ranges_apart(before: Together, after: Together) -> bool:
    """Whether the likely ranges of both sides have nothing in common."""
    if before.interval95 is None or after.interval95 is None:
        return False
    return max(before.interval95[0], after.interval95[0]) > min(
        before.interval95[1], after.interval95[1]
    )
