"""How often judges are right where the truth is known: ours beside the usual ones.

Printed per family and effect: how many series each judge calls changed, how many of its ranges hold
the truth, and how many calls point the wrong way. The figure of the result is our highest rate of
false alarms; the peer's is Welch's.
"""

import os
import sys

from tests.analysis.truth import EFFECTS, FAMILIES, JUDGES, Rates, cells, rates
from tests.bench.harness import Result

SOAK = bool(os.environ.get("CHANGEDESK_SOAK"))
RUNS = 1000 if SOAK else 100
SEED = 20_260_318
AIM = 0.2


def measure() -> Result:
    """Judge every series with every judge, print the table, return the worst rates."""
    found: dict[tuple[str, float, str], Rates] = {}
    _say(f"{'family':<32}{'effect':>7}  " + "".join(f"{name:<24}" for name in JUDGES))
    _say(f"{'':<41}" + f"{'called  holds  wrong':<24}" * len(JUDGES))
    for cases in cells(FAMILIES, RUNS, SEED):
        scenario = cases[0].scenario
        row = {name: rates(judge, cases) for name, judge in JUDGES.items()}
        found |= {(scenario.name, scenario.effect, name): each for name, each in row.items()}
        shares = "".join(f"{_cell(each):<24}" for each in row.values())
        _say(f"{scenario.name:<32}{100 * scenario.effect:>+5.0f} %  {shares}")
    worst = {name: _worst_alarm(found, name) for name in JUDGES}
    alarms = ", ".join(f"{name} {100 * rate:.0f} %" for name, rate in worst.items())
    note = (
        f"[highest false-alarm rate of {len(FAMILIES)} families: {alarms}; our ranges hold the "
        f"truth in {100 * _held(found, 'ours'):.1f} % with history and "
        f"{100 * _held(found, 'ours, no history'):.1f} % without]"
    )
    return Result(
        "truth", 100 * worst["ours"], "%", "Welch t", 100 * worst["Welch t"], AIM, RUNS, note=note
    )


def _worst_alarm(found: dict[tuple[str, float, str], Rates], judge: str) -> float:
    return max(found[family.name, 0.0, judge].called for family in FAMILIES)


def _held(found: dict[tuple[str, float, str], Rates], judge: str) -> float:
    shares = [found[family.name, effect, judge].held for family in FAMILIES for effect in EFFECTS]
    known = [share for share in shares if share is not None]
    return sum(known) / len(known)


def _cell(each: Rates) -> str:
    held = "    –" if each.held is None else f"{100 * each.held:5.0f}"
    return f"{100 * each.called:4.0f} %  {held} %  {100 * each.wrong_way:3.0f} %"


def _say(line: str) -> None:
    """Print beside the result, which alone goes to standard output."""
    print(line.rstrip(), file=sys.stderr, flush=True)
