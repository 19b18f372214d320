"""The sentence for management: what moved, how sure that is, whether it matters, what next.

Two significant digits, one unit, frequencies instead of probabilities. Never "significant", never
"caused by", never "no impact": a sentence says what was seen since the change, and no more.
"""

from dataclasses import dataclass
from datetime import timedelta

from app.analysis.study import MIN_DAYS, Gate
from app.domain.metric import MetricKind
from app.domain.verdict import Caveat, Comparison, Design, Verdict, WindowFacts
from app.i18n import _, ngettext
from app.wording import THIN, clock, duration, number, percent, signed_number, signed_percent

_ENOUGH_DAYS = 7
_RHYTHM_SHOWS = 0.02
"""Expected and former level differ by more than this: then both are named."""
_TIMES_FROM = 1.0
_RARELY, _ROUNDED_FROM = 0.001, 30.0


@dataclass(frozen=True, slots=True)
class Background:
    """What a sentence needs beside the comparison itself."""

    gates: tuple[Gate, ...] = ()
    is_real: bool = False
    is_exact: bool = False
    as_large: int = 0
    """Reference days on which the metric moved as far by itself."""
    few_days: int = 0
    """Comparable days there were, too few to be used."""
    more_spikes: bool = False


def sentence(found: Comparison, background: Background) -> str:
    """Return the whole sentence of one comparison."""
    match found.verdict:
        case Verdict.REGRESSED | Verdict.IMPROVED | Verdict.CHANGED:
            parts = [_moved(found, background), _matters(found), _compared_with(found, background)]
        case Verdict.NO_MATERIAL_CHANGE:
            parts = [_same(found, background), _limits(found, background)]
        case Verdict.NOT_MEASURED:
            parts = [_("{name} was not measured.").format(name=found.metric)]
        case _:
            parts = [_unsure(found, background), _next(found, background)]
    extra = [_shift(found), _spikes(background), *found.notes]
    return " ".join(part for part in (*parts, *extra) if part)


def reason(found: Comparison, background: Background) -> str:
    """Return why the verdict is what it is, in one line."""
    if background.gates:
        return " ".join(_gate(gate, found) for gate in background.gates)
    limit = percent(found.margin)
    match found.verdict:
        case Verdict.NO_MATERIAL_CHANGE if background.is_real:
            return _("The move is real, but below the {limit} that matters.").format(limit=limit)
        case Verdict.NO_MATERIAL_CHANGE:
            return _("The likely range (90 %) lies within ±{limit}.").format(limit=limit)
        case Verdict.NOT_ENOUGH_DATA if background.is_real:
            return _("It moved, but whether by more than {limit} is not certain.").format(
                limit=limit
            )
        case Verdict.NOT_ENOUGH_DATA:
            return _("The likely range holds both no change and more than {limit}.").format(
                limit=limit
            )
        case _ if background.is_exact:
            return _("The level is constant on both sides, and differs.")
        case _:
            text = _(
                "The likely range excludes “no change”, and the {limit} that matter are reached."
            )
            return f"{text.format(limit=limit)} {_by_itself(found.p)}".strip()


def _by_itself(p: float | None) -> str:
    """Return how often a move this size turns up when nothing was changed."""
    if p is None:
        return ""
    if p < _RARELY:
        return _("By itself a move this size turns up less than 1 time in 1000.")
    often = number(1 / p, digits=1) if 1 / p < _ROUNDED_FROM else number(round(1 / p, -1), digits=1)
    return _("By itself a move this size turns up about 1 time in {n}.").format(n=often)


def _moved(found: Comparison, background: Background) -> str:
    text = _("{name} {move}.") if background.is_exact else _("{name} {move}. Likely range {range}.")
    return text.format(name=found.metric, move=_move(found), range=_range(found))


def _move(found: Comparison) -> str:
    """Return "rose by 18 % (412 → 486 ms)"."""
    up = (found.absolute_change or 0.0) > 0
    levels = _levels(found)
    if found.relative_change is None:
        return (_("rose ({levels})") if up else _("fell ({levels})")).format(levels=levels)
    if found.kind is MetricKind.LATENCY:
        text = _("got slower by {by} ({levels})") if up else _("got faster by {by} ({levels})")
    else:
        text = _("rose by {by} ({levels})") if up else _("fell by {by} ({levels})")
    return text.format(by=percent(abs(found.relative_change)), levels=levels)


def _levels(found: Comparison) -> str:
    """Return "412 → 486 ms", with what was to be expected where the hour alone moves it."""
    text = f"{_level(found, found.before, unit=False)} → {_level(found, found.after)}"
    if found.kind is MetricKind.RATIO:
        text = _("{levels}, {points} percentage points").format(
            levels=text, points=signed_number(_points(found))
        )
        if (found.relative_change or 0.0) >= _TIMES_FROM:
            times = number(1 + (found.relative_change or 0.0))
            text = _("{levels}, about {times} times").format(levels=text, times=times)
    if _rhythm_shows(found):
        text = _("{levels}; {expected} were to be expected at these hours").format(
            levels=text, expected=_level(found, found.expected)
        )
    return text


def _rhythm_shows(found: Comparison) -> bool:
    if not found.before or found.expected is None or found.design is not Design.REFERENCE_DAYS:
        return False
    return abs(found.expected / found.before - 1) > _RHYTHM_SHOWS


def _level(found: Comparison, value: float | None, *, unit: bool = True) -> str:
    if found.kind is MetricKind.RATIO and not found.unit:
        return percent(value) if unit else number(None if value is None else 100 * value)
    return number(value, found.unit if unit else "")


def _points(found: Comparison) -> float:
    factor = 1.0 if found.unit else 100.0
    return factor * (found.absolute_change or 0.0)


def _range(found: Comparison) -> str:
    if found.interval95 is None:
        return _("unknown")
    low, high = (signed_percent(end) for end in found.interval95)
    return _("(95{thin}%) {low} to {high}").format(thin=THIN, low=low, high=high)


def _matters(found: Comparison) -> str:
    parts = []
    if found.verdict is Verdict.REGRESSED:
        limit = percent(found.margin)
        parts.append(_("That is above the agreed {limit} limit.").format(limit=limit))
    if found.target_met is not None:
        text = _("The target of {target} is met.")
        if not found.target_met:
            text = _("The target of {target} is missed.")
        value = found.target.value if found.target else None
        parts.append(text.format(target=_level(found, value)))
    return " ".join(parts)


def _compared_with(found: Comparison, background: Background) -> str:
    if found.design is Design.RUNS:
        how = "" if Caveat.SINGLE_RUN in found.caveats else _("Compared run by run.")
        return " ".join((how, _limits(found, background))).strip()
    if found.design is Design.NO_HISTORY:
        return _limits(found, background)
    days = found.reference_days
    compared = ngettext(
        "Compared with the same hours on {n} earlier day",
        "Compared with the same hours on {n} earlier days",
        days,
    ).format(n=days)
    if not background.as_large:
        how_often = _("a move this large did not occur on any of them")
    else:
        how_often = ngettext(
            "a move this large occurred on {n} of them",
            "moves this large occurred on {n} of them",
            background.as_large,
        ).format(n=background.as_large)
    return f"{compared}; {how_often}. {_limits(found, background)}".strip()


def _limits(found: Comparison, background: Background) -> str:
    """Return what the evidence cannot exclude."""
    parts = []
    if Caveat.NO_REFERENCE_DAYS in found.caveats:
        parts.append(_no_days(background.few_days))
    if Caveat.SHORT_WINDOW in found.caveats:
        length = duration(found.parameters.window_s)
        parts.append(_("The windows are only {length} long.").format(length=length))
    if Caveat.SINGLE_RUN in found.caveats:
        parts.append(_("Only a single run per side: runs may differ among each other."))
    if Caveat.MANY_METRICS in found.caveats:
        parts.append(_("Among so many measures a move like this turns up by chance."))
    if Caveat.PRELIMINARY in found.caveats:
        parts.append(_("This is preliminary: the window after the change is not over."))
    return " ".join(parts)


def _no_days(seen: int) -> str:
    if not seen:
        return _("There were no comparison days; a daily rhythm cannot be excluded.")
    return ngettext(
        "Only {n} comparison day was available; a daily rhythm cannot be excluded.",
        "Only {n} comparison days were available; a daily rhythm cannot be excluded.",
        seen,
    ).format(n=seen)


def _same(found: Comparison, background: Background) -> str:
    limit = percent(found.margin)
    if background.is_exact and not found.absolute_change:
        value = _level(found, found.after)
        return _("{name} is unchanged at {value}.").format(name=found.metric, value=value)
    if background.is_real:
        return _("{name} {move}: real, but below the {limit} that matters.").format(
            name=found.metric, move=_move(found), limit=limit
        )
    return _(
        "{name} is the same within {limit}: best estimate {estimate}, likely range {range}."
    ).format(
        name=found.metric,
        limit=limit,
        estimate=signed_percent(found.relative_change),
        range=_range(found),
    )


def _unsure(found: Comparison, background: Background) -> str:
    first = _("{name}: we cannot tell yet.")
    if background.is_real and not background.gates:
        first = _("{name} moved, but by how much is not yet certain.")
    parts = [first.format(name=found.metric)]
    if found.relative_change is not None and found.interval95 is not None:
        text = _("Best estimate {estimate}, likely range {range}.")
        parts.append(
            text.format(estimate=signed_percent(found.relative_change), range=_range(found))
        )
    parts += [_gate(gate, found) for gate in background.gates]
    visible = found.smallest_visible_change
    if visible and not background.gates:
        text = _("With this much natural movement only a change above {visible} would show.")
        parts.append(text.format(visible=percent(visible)))
    return " ".join([*parts, _limits(found, background)]).strip()


def _gate(gate: Gate, found: Comparison) -> str:
    match gate:
        case Gate.NOTHING_BEFORE:
            return _("There are no usable samples from before the change.")
        case Gate.NOTHING_AFTER:
            return _("There are no samples from after the change.")
        case Gate.THIN_BEFORE:
            return _thin(found.window_before, _("before"))
        case Gate.THIN_AFTER:
            return _thin(found.window_after, _("after"))
        case Gate.THIN_CONTROL:
            return _("The control has too few samples in the same windows.")
        case Gate.FEW_INDEPENDENT:
            worth = number(found.n_effective, digits=1)
            return _(
                "The samples follow each other so closely that a window is worth only about "
                "{worth} independent ones."
            ).format(worth=worth)
        case Gate.EMPTY_RUN:
            return _("A run holds too few samples.")
        case Gate.DRIFT:
            return _("A steady drift through both windows would look the same.")
        case _:
            return _("The same hours of earlier days moved alike.")


def _thin(facts: WindowFacts | None, side: str) -> str:
    text = _("Too many samples are missing {side} the change: {share} of the window is there.")
    return text.format(side=side, share=percent(facts.coverage if facts else 0.0))


def _next(found: Comparison, background: Background) -> str:
    """Return what would settle it."""
    if {Gate.NOTHING_AFTER, Gate.THIN_AFTER} & set(background.gates):
        return _("Next: read the samples of the hours after the change again.")
    if {Gate.NOTHING_BEFORE, Gate.THIN_BEFORE} & set(background.gates):
        return _("Next: add samples from before the change.")
    if Gate.THIN_CONTROL in background.gates:
        return _("Next: add samples of the control, or judge without it.")
    if found.design is Design.RUNS:
        return _("Next: run the load test again, at least three times on each side.")
    if found.design is Design.NO_HISTORY:
        text = _("Next: add the samples of at least {n} comparable earlier days.")
        return text.format(n=MIN_DAYS)
    length_s = found.parameters.window_s
    if found.window_after is None:
        return ""
    until = found.window_after.start + timedelta(seconds=2 * length_s)
    wait = _("wait until {time} for a window twice as long").format(
        time=clock(until, found.parameters.zone)
    )
    missing = _ENOUGH_DAYS - found.reference_days
    if missing <= 0:
        return _("Next: {wait}.").format(wait=wait)
    days = ngettext("add {n} more comparison day", "add {n} more comparison days", missing)
    return _("Next: {wait}, or {days}.").format(wait=wait, days=days.format(n=missing))


def _shift(found: Comparison) -> str:
    if found.shift is None or not found.verdict.is_move:
        return ""
    at = clock(found.shift.at, found.parameters.zone, seconds=found.parameters.window_s < 3600)
    away = duration(abs(found.shift.after_start_s))
    if found.shift.before_change:
        return _(
            "It moved at {time}, {away} before the change began; the change is probably not why."
        ).format(time=at, away=away)
    if found.shift.after_start_s < 0:
        return _("The shift begins at {time}.").format(time=at)
    return _("The shift begins at {time}, {away} after the start.").format(time=at, away=away)


def _spikes(background: Background) -> str:
    return _("Spikes have become more frequent.") if background.more_spikes else ""
