"""How a verdict came about, number by number: for the engineer who does not take a word for it."""

from collections.abc import Iterator
from dataclasses import dataclass

from app.domain.objective import BudgetPart
from app.domain.verdict import (
    Comparison,
    Design,
    Evidence,
    Gate,
    QuantileMove,
    Scale,
    Verdict,
    WindowFacts,
)
from app.i18n import _, later
from app.services.metric.objectives import crossed_words
from app.wording import (
    THIN,
    agreed_percent,
    clock_span,
    count,
    count_of,
    day_words,
    duration,
    number,
    percent,
    percent_range,
    signed_number,
    signed_percent,
)

Rows = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class MethodPart:
    """A few numbers that belong together."""

    title: str
    rows: Rows


_DESIGNS = {
    Design.REFERENCE_DAYS: later("A: against the same hours on earlier days"),
    Design.NO_HISTORY: later("B: the two windows alone"),
    Design.RUNS: later("C: run by run"),
}
_GATES = {
    Gate.NOTHING_BEFORE: later("nothing measured before"),
    Gate.NOTHING_AFTER: later("nothing measured after"),
    Gate.THIN_BEFORE: later("too many gaps before"),
    Gate.THIN_AFTER: later("too many gaps after"),
    Gate.THIN_CONTROL: later("too many gaps in the control"),
    Gate.FEW_INDEPENDENT: later("fewer than 8 independent values"),
    Gate.DRIFT: later("a drift would look the same"),
    Gate.RHYTHM: later("earlier days moved alike"),
    Gate.EMPTY_RUN: later("a run holds too little"),
    Gate.OTHER_SERIES: later("another series than before"),
    Gate.OTHER_STEP: later("samples of another step than before"),
}


def method_of(found: Comparison) -> tuple[MethodPart, ...]:
    """Return every number behind a verdict, in the order in which it was made."""
    parts = (
        MethodPart(_("Design"), tuple(_design(found))),
        MethodPart(_("Windows"), tuple(_windows(found))),
        MethodPart(_("Estimate"), tuple(_estimate(found))),
        MethodPart(_("Decision"), tuple(_decision(found))),
        MethodPart(_("Checks"), tuple(_checks(found))),
        MethodPart(_("Quantiles"), tuple(_quantile(move, found) for move in found.quantiles)),
        MethodPart(_("Promises to users"), tuple(_promises(found))),
        MethodPart(_("Fixed before the change"), tuple(_fixed(found))),
    )
    return tuple(part for part in parts if part.rows)


def _design(found: Comparison) -> Iterator[tuple[str, str]]:
    yield _("Design"), _(_DESIGNS[found.design])
    if found.design is Design.REFERENCE_DAYS:
        way = _("levels after only") if found.levels_only else _("difference of differences")
        yield _("Compared"), way
    used = [day_words(day.day) for day in found.days if day.used]
    if used:
        yield _("Comparison days, K = {n}").format(n=len(used)), ", ".join(used)
    left_out = [f"{day_words(day.day)} ({day.why})" for day in found.days if not day.used]
    if left_out:
        yield _("Left out, {n}").format(n=len(left_out)), ", ".join(left_out)
    evidence = _("full") if found.evidence is Evidence.FULL else _("limited")
    caveats = ", ".join(caveat.words for caveat in found.caveats)
    yield _("Evidence"), f"{evidence}: {caveats}" if caveats else evidence


def _windows(found: Comparison) -> Iterator[tuple[str, str]]:
    for name, facts in ((_("Before"), found.window_before), (_("After"), found.window_after)):
        if facts is not None:
            yield name, _window(facts, found)
    if found.step_s:
        yield _("Grid"), duration(found.step_s)
    scale = _("ratios (logarithms)") if found.scale is Scale.LOG else _("differences")
    yield _("Scale"), scale
    if found.window_before and found.window_after:
        spikes = (
            number(facts.spikes_per_hour) for facts in (found.window_before, found.window_after)
        )
        yield _("Spikes an hour, set aside"), " → ".join(spikes)


def _window(facts: WindowFacts, found: Comparison) -> str:
    span = clock_span(facts.start, facts.end, found.parameters.zone, seconds=_is_brief(found))
    bins = count_of(facts.observed, facts.bins)
    text = _("{span}; {bins} steps measured ({coverage})")
    return text.format(span=span, bins=bins, coverage=percent(facts.coverage))


def _estimate(found: Comparison) -> Iterator[tuple[str, str]]:
    if found.after is None:
        return
    unit = found.unit
    yield _("Level before"), number(found.before, unit, 4)
    if found.expected is not None:
        yield _("Expected after, without the change"), number(found.expected, unit, 4)
    yield _("Level after"), number(found.after, unit, 4)
    absolute = signed_number(found.absolute_change, unit, 3)
    yield _("Change"), f"{signed_percent(found.relative_change)}, {absolute}"
    if found.interval95 and found.interval90:
        yield _("Likely range 95 %"), percent_range(*found.interval95)
        yield _("Likely range 90 %"), percent_range(*found.interval90)
    if found.standard_error is not None and found.df is not None:
        error = number(found.standard_error, digits=3)
        yield _("Standard error; degrees of freedom"), f"{error}; {number(found.df, digits=3)}"
    if found.n:
        yield _("Steps in both windows, n"), count(found.n)
    if found.n_effective is not None:
        yield _("Worth so many independent ones"), number(found.n_effective)


def _decision(found: Comparison) -> Iterator[tuple[str, str]]:
    if found.gates:
        yield _("Gates that failed"), ", ".join(_(_GATES[Gate(gate)]) for gate in found.gates)
    else:
        yield _("Gates that failed"), _("none")
    if found.interval95 is not None:
        real = _("yes") if found.is_real else _("no")
        yield _("95 % range excludes no change"), real
    floor = number(found.floor, found.unit) if found.floor else _("none")
    yield _("Because"), found.reason
    yield _("Margin; least difference"), f"{agreed_percent(found.margin)}; {floor}"
    if found.interval90 is not None:
        low, high = found.interval90
        inside = -found.margin / (1 + found.margin) < low and high < found.margin
        nothing = inside or found.verdict is Verdict.NO_MATERIAL_CHANGE  # or below the floor
        yield _("90 % range holds nothing that matters (TOST)"), _("yes") if nothing else _("no")
    if found.p is not None:
        yield "p", number(found.p) if found.p >= _LEAST_P else f"< {number(_LEAST_P)}"
    if found.family is not None:
        place = found.family
        text = _("{rank} of {size}, limit {limit}: {counts}")
        yield (
            _("Place in the family (Benjamini-Hochberg)"),
            text.format(
                rank=place.rank,
                size=place.size,
                limit=number(place.limit),
                counts=_("counts") if place.counts else _("taken back"),
            ),
        )
    if found.smallest_visible_change is not None:
        yield _("Smallest visible change"), percent(found.smallest_visible_change)


def _checks(found: Comparison) -> Iterator[tuple[str, str]]:
    if found.load is None:
        yield _("Traffic"), _("no measure of traffic was named for it")
    else:
        text = _("{name} {by}; judged as measured")
        if found.load.restated:
            text = _("{name} {by}; judged per unit of it")
        by = signed_percent(found.load.relative)
        if found.load.interval95:
            by += f" ({percent_range(*found.load.interval95)})"
        yield _("Traffic"), text.format(name=found.load.name, by=by)
    if found.shift is not None:
        after = duration(abs(found.shift.after_start_s))
        side = _("before the start") if found.shift.after_start_s < 0 else _("after the start")
        text = f"{after} {side}"
        if found.shift.before_change:
            text += ", " + _("so the change is probably not why")
        yield _("The shift begins"), text
    elif found.verdict.is_move:
        yield _("The shift begins"), _("nobody saw when")
    moves = [signed_percent(day.effect) for day in found.days if day.used]
    if moves:
        yield _("The same move on those days"), ", ".join(moves)
    for note in found.notes:
        yield _("Note"), note


def _quantile(move: QuantileMove, found: Comparison) -> tuple[str, str]:
    levels = f"{number(move.before)} → {number(move.after, found.unit)}"
    if move.relative is not None and move.interval95 is not None:
        by = f"{signed_percent(move.relative)} ({percent_range(*move.interval95)})"
    else:
        ends = (signed_number(end) for end in move.difference95)
        by = f"{signed_number(move.difference, found.unit)} ({_('{low} to {high}')})".format(
            low=next(ends), high=next(ends)
        )
    return f"p{100 * move.quantile:g}", f"{levels}, {by}"


def _promises(found: Comparison) -> Iterator[tuple[str, str]]:
    if (apdex := found.apdex) is not None:
        text = f"{apdex.before:.2f} → {apdex.after:.2f}"
        if apdex.interval95 is not None:
            text += f", {signed_percent(apdex.relative)} ({percent_range(*apdex.interval95)})"
        name = _("Apdex at {threshold}").format(threshold=number(apdex.threshold, found.unit))
        yield name, f"{text}: {apdex.verdict.words}"
    if (budget := found.budget) is not None:
        name = _("Error budget, {share} over {days} days").format(
            share=f"{100 * budget.objective.share:g}{THIN}%", days=number(budget.objective.days)
        )
        sides = ((_("before"), budget.before), (_("during the work"), budget.during),
                 (_("after"), budget.after))  # fmt: skip
        yield name, "; ".join(f"{side}: {_spent(part)}" for side, part in sides)
        if budget.used is not None:
            yield _("Used by this change, beyond the pace of before"), percent(budget.used)
        yield _("Objective crossed"), crossed_words(budget) or _("no")


def _spent(part: BudgetPart) -> str:
    if part.spent is None or part.burn is None or part.bad_share is None:
        return _("not measured")
    return _("{bad} bad, burn rate {burn}, {spent} of the budget in {length}").format(
        bad=percent(part.bad_share),
        burn=number(part.burn),
        spent=percent(part.spent),
        length=duration(part.measured_s),
    )


def _fixed(found: Comparison) -> Iterator[tuple[str, str]]:
    told = found.parameters
    yield _("Length of each window"), duration(told.window_s)
    yield _("Pause after the work"), duration(told.settle_used_s)
    yield _("Least step"), duration(told.step_s) if told.step_s else _("rule of the method")
    yield _("Zone of the hours"), told.zone
    strict = _("yes, the whole likely range beyond the margin") if found.strict else _("no")
    yield _("Strict rule"), strict
    yield _("Version of the method"), told.method


def promises_line(found: Comparison) -> str:
    """Return what the card says of the promises; empty where nothing was promised."""
    parts = []
    if (apdex := found.apdex) is not None:
        text = _("Apdex at {threshold}: {before} → {after}.")
        parts.append(
            text.format(
                threshold=number(apdex.threshold, found.unit),
                before=f"{apdex.before:.2f}",
                after=f"{apdex.after:.2f}",
            )
        )
    if (budget := found.budget) is not None:
        used, burn = budget.used, budget.after.burn
        text = _(
            "Error budget of {days} days: this change used {used}; "
            "burn rate since the change {burn}."
        )
        parts.append(
            text.format(
                days=number(budget.objective.days),
                used=_("an unknown part") if used is None else percent(used),
                burn=_("unknown") if burn is None else number(burn),
            )
        )
        parts += [told] if (told := crossed_words(budget)) else []
    return " ".join(parts)


def _is_brief(found: Comparison) -> bool:
    return found.parameters.window_s < _BRIEF_S


_BRIEF_S = 1800.0
_LEAST_P = 0.0001
