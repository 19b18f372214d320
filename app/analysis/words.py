"""The sentence for management: what moved, how sure that is, whether it matters, what next.

Two significant digits, one unit, frequencies instead of probabilities. Never "significant", never
"caused by", never "no impact": a sentence says what was seen since the change, and no more.
"""

from dataclasses import dataclass
from datetime import timedelta

from app.analysis.study import MIN_DAYS
from app.analysis.words_figures import (
    estimate,
    floor_decides,
    floor_words,
    least_that_matters,
    level,
    likely_range,
    points,
    rhythm_shows,
    told_in_units,
)
from app.domain.metric import MetricKind
from app.domain.verdict import Caveat, Comparison, Design, Gate, Verdict, WindowFacts
from app.i18n import _, later, ngettext
from app.wording import (
    agreed_percent,
    clock,
    day,
    duration,
    number,
    percent,
)

_ENOUGH_DAYS = 7
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
            parts = [_("{name}: not measured.").format(name=found.metric)]
        case _:
            parts = [_unsure(found, background), _next(found, background)]
    extra = [_shift(found), _spikes(background), *found.notes]
    return " ".join(part for part in (*parts, *extra) if part)


def reason(found: Comparison, background: Background) -> str:
    """Return why the verdict is what it is, in one line."""
    if background.gates:
        return " ".join(_gate(gate, found) for gate in background.gates)
    limit = agreed_percent(found.margin)
    match found.verdict:
        case Verdict.NOT_MEASURED:
            return _("There are no samples of it.")
        case Verdict.NO_MATERIAL_CHANGE if background.is_exact and not found.absolute_change:
            return _("The level is constant, and the same on both sides.")
        case Verdict.NO_MATERIAL_CHANGE if background.is_real:
            return _("The move is real, but below the {limit} that matters.").format(
                limit=least_that_matters(found)
            )
        case Verdict.NO_MATERIAL_CHANGE if floor_decides(found):
            return _("Nothing in the likely range (90 %) reaches the {floor} that matter.").format(
                floor=floor_words(found)
            )
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
            return _why_moved(found, limit)


def _why_moved(found: Comparison, limit: str) -> str:
    text = _("The likely range excludes “no change”, and the {limit} that matter are reached.")
    if found.strict:
        text = _("The whole likely range lies beyond the {limit} that matter.")
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
    return text.format(name=found.metric, move=_move(found), range=likely_range(found))


def _move(found: Comparison) -> str:
    """Return "rose by 18 % (412 → 486 ms)", or "rose from 0.4 % to 0.9 % (…)" of a share."""
    up = (found.absolute_change or 0.0) > 0
    if found.kind is MetricKind.RATIO:
        return _moved_share(found, up=up)
    levels = _levels(found)
    if found.relative_change is None:
        return (_("rose ({levels})") if up else _("fell ({levels})")).format(levels=levels)
    if found.kind is MetricKind.LATENCY:
        text = _("got slower by {by} ({levels})") if up else _("got faster by {by} ({levels})")
    else:
        text = _("rose by {by} ({levels})") if up else _("fell by {by} ({levels})")
    return text.format(by=percent(abs(found.relative_change)), levels=levels)


def _moved_share(found: Comparison, *, up: bool) -> str:
    """Shares move in percentage points: a percentage of a percentage misleads."""
    text = _("rose from {before} to {after} ({points})")
    if not up:
        text = _("fell from {before} to {after} ({points})")
    moved = points(found, found.absolute_change)
    if found.relative_change is not None and found.relative_change >= _TIMES_FROM:
        times = number(1 + found.relative_change)
        moved = _("{points}, about {times} times").format(points=moved, times=times)
    return text.format(
        before=level(found, found.before), after=level(found, found.after), points=moved
    )


def _levels(found: Comparison) -> str:
    """Return "412 → 486 ms", or what was to be expected where the hour alone moves it."""
    if rhythm_shows(found):
        return _(
            "{after} instead of the {expected} to be expected at these hours; {before} before"
        ).format(
            after=level(found, found.after),
            expected=level(found, found.expected),
            before=level(found, found.before),
        )
    return f"{level(found, found.before, unit=False)} → {level(found, found.after)}"


def _matters(found: Comparison) -> str:
    parts = []
    limit = agreed_percent(found.margin)
    if found.strict and found.interval95 is not None:
        text = _("The whole range lies beyond the agreed {limit}, as the strict rule asks.")
        parts.append(text.format(limit=limit))
    elif found.verdict is Verdict.REGRESSED:
        parts.append(_("That is above the agreed {limit} limit.").format(limit=limit))
    if found.target_met is not None:
        text = _("The target of {target} is met.")
        if not found.target_met:
            text = _("The target of {target} is missed.")
        value = found.target.value if found.target else None
        parts.append(text.format(target=level(found, value)))
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
    if background.is_exact and not found.absolute_change:
        value = level(found, found.after)
        return _("{name} stayed at {value}.").format(name=found.metric, value=value)
    if background.is_real:
        return _("{name} {move}: real, but below the {limit} that matters.").format(
            name=found.metric, move=_move(found), limit=least_that_matters(found)
        )
    text = _(
        "{name} stayed the same within {limit}: best estimate {estimate}, likely range {range}."
    )
    limit = agreed_percent(found.margin)
    if found.floor and told_in_units(found):
        limit = floor_words(found)
    return text.format(
        name=found.metric, limit=limit, estimate=estimate(found), range=likely_range(found)
    )


def _unsure(found: Comparison, background: Background) -> str:
    first = _("{name}: we cannot tell yet.")
    if background.is_real and not background.gates:
        first = _("{name} moved, but by how much is not yet certain.")
    if not found.is_comparable:
        first = _("{name}: before and after cannot be compared.")
    parts = [first.format(name=found.metric)]
    if found.relative_change is not None and found.interval95 is not None:
        text = _("Best estimate {estimate}, likely range {range}.")
        parts.append(text.format(estimate=estimate(found), range=likely_range(found)))
    parts += [_gate(gate, found) for gate in background.gates]
    if background.is_real and not background.gates:
        text = _("Whether it is more than the {limit} that matters is open.")
        parts.append(text.format(limit=least_that_matters(found)))
    elif found.smallest_visible_change and not background.gates:
        parts.append(_would_show(found, found.smallest_visible_change))
    return " ".join([*parts, _limits(found, background)]).strip()


def _would_show(found: Comparison, visible: float) -> str:
    if visible >= _TIMES_FROM:
        text = _("With this much natural movement only a rise to about {times} times would show.")
        return text.format(times=number(1 + visible))
    text = _("With this much natural movement only a change above {visible} would show.")
    return text.format(visible=percent(visible))


_GATES = {
    Gate.NOTHING_BEFORE: later("There are no usable samples from before the change."),
    Gate.NOTHING_AFTER: later("There are no samples from after the change."),
    Gate.THIN_CONTROL: later("The control has too few samples in the same windows."),
    Gate.EMPTY_RUN: later("A run holds too few samples."),
    Gate.OTHER_SERIES: later("The source names the series otherwise since the change."),
    Gate.OTHER_STEP: later("Each sample speaks for another span of time since the change."),
    Gate.DRIFT: later("A steady drift through both windows would look the same."),
    Gate.RHYTHM: later("The same hours of earlier days moved alike."),
}


def _gate(gate: Gate, found: Comparison) -> str:
    match gate:
        case Gate.THIN_BEFORE:
            return _thin(found.window_before, _("before"))
        case Gate.THIN_AFTER:
            return _thin(found.window_after, _("after"))
        case Gate.FEW_INDEPENDENT:
            return _too_close(found)
        case _:
            return _(_GATES[gate])


def _too_close(found: Comparison) -> str:
    if found.n_effective is not None and found.n_effective < 1:
        return _(
            "The samples follow each other so closely that a window is worth less than "
            "one independent one."
        )
    return _(
        "The samples follow each other so closely that a window is worth only about "
        "{worth} independent ones."
    ).format(worth=number(found.n_effective, digits=1))


def _thin(facts: WindowFacts | None, side: str) -> str:
    text = _("Too many samples are missing {side} the change: {share} of the window is there.")
    return text.format(side=side, share=percent(facts.coverage if facts else 0.0))


def _next(found: Comparison, background: Background) -> str:
    """Return what would settle it."""
    if {Gate.NOTHING_AFTER, Gate.THIN_AFTER} & set(background.gates):
        return _("Next: read the samples of the hours after the change again.")
    if {Gate.NOTHING_BEFORE, Gate.THIN_BEFORE} & set(background.gates):
        return _("Next: add samples from before the change.")
    if Gate.OTHER_SERIES in background.gates:
        return _("Next: read both windows from a series whose labels stay the same.")
    if Gate.OTHER_STEP in background.gates:
        return _("Next: read both windows with the same step.")
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
    zone = found.parameters.zone
    wait = _("wait until {time} for a window twice as long").format(
        time=f"{day(until, zone)} {clock(until, zone)}"
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
