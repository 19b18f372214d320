"""Every sentence on a measure, as a manager reads it: each case stands here with its words.

Run with ``-s`` to read them all in a row.
"""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from app.analysis.words import Background, reason, sentence
from app.analysis.words_overall import overall_sentence
from app.domain.metric import MetricKind, Target
from app.domain.verdict import (
    Caveat,
    Comparison,
    Design,
    Gate,
    OverallVerdict,
    Parameters,
    ReferenceDay,
    Scale,
    Shift,
    Verdict,
    WindowFacts,
)

AT = datetime(2026, 11, 14, 13, 0, tzinfo=UTC)
DAYS = tuple(ReferenceDay(AT.replace(day=day).date(), used=True) for day in range(2, 9))
WINDOW = WindowFacts(AT, AT.replace(hour=16), 180, 180)
RESPONSE = Comparison(
    "", "", "", "Checkout response time (95th percentile)", Verdict.REGRESSED,
    unit="ms", kind=MetricKind.LATENCY, margin=0.10, floor=5.0, key=True,
    design=Design.REFERENCE_DAYS, before=412.0, after=486.0, expected=412.0,
    absolute_change=74.0, relative_change=0.18, interval95=(0.11, 0.25), interval90=(0.12, 0.24),
    smallest_visible_change=0.09, days=DAYS, window_before=WINDOW, window_after=WINDOW,
    parameters=Parameters(window_s=10_800.0),
)  # fmt: skip
CPU = replace(
    RESPONSE, metric="CPU load", unit="%", kind=MetricKind.GAUGE, margin=0.05, floor=1.0,
    verdict=Verdict.IMPROVED, before=61.0, after=48.0, expected=61.0, absolute_change=-13.0,
    relative_change=-0.22, interval95=(-0.28, -0.15), interval90=(-0.27, -0.16),
)  # fmt: skip
COUNTER = replace(
    CPU, metric="Transactions", unit="1/s", kind=MetricKind.COUNTER, margin=0.10, floor=0.0,
    verdict=Verdict.NO_MATERIAL_CHANGE, before=203.0, after=206.0, expected=203.0,
    absolute_change=2.0, relative_change=0.01, interval95=(-0.03, 0.05), interval90=(-0.02, 0.04),
)  # fmt: skip
ERRORS = replace(
    RESPONSE, metric="Error rate", unit="", kind=MetricKind.RATIO, floor=0.001, before=0.004,
    after=0.009, expected=0.004, absolute_change=0.005, relative_change=1.25,
    interval95=(0.6, 2.1), interval90=(0.7, 1.9),
)  # fmt: skip
UNSURE = replace(
    RESPONSE, verdict=Verdict.NOT_ENOUGH_DATA, after=449.0, absolute_change=37.0,
    relative_change=0.09, interval95=(-0.06, 0.26), interval90=(-0.04, 0.22),
    smallest_visible_change=0.21,
)  # fmt: skip
RUNS = replace(
    RESPONSE, metric="Mean response time", design=Design.RUNS, days=(), window_before=None,
    window_after=None,
)  # fmt: skip
NO_DAYS = replace(CPU, design=Design.NO_HISTORY, days=(), caveats=(Caveat.NO_REFERENCE_DAYS,))
REAL = Background(is_real=True)

CASES = {
    "regressed, A": (
        RESPONSE, REAL,
        "Checkout response time (95th percentile) got slower by 18 % (412 → 486 ms). Likely range "
        "(95 %) +11 % to +25 %. That is above the agreed 10 % limit. Compared with the same hours "
        "on 7 earlier days; a move this large did not occur on any of them.",
    ),
    "regressed, strict": (
        replace(RESPONSE, strict=True, margin=0.05), REAL,
        "Checkout response time (95th percentile) got slower by 18 % (412 → 486 ms). Likely range "
        "(95 %) +11 % to +25 %. The whole range lies beyond the agreed 5 %, as the strict rule "
        "asks. Compared with the same hours on 7 earlier days; a move this large did not occur on "
        "any of them.",
    ),
    "regressed, target missed, seen before": (
        replace(RESPONSE, target=Target(450.0, at_most=True)),
        replace(REAL, as_large=1),
        "Checkout response time (95th percentile) got slower by 18 % (412 → 486 ms). Likely range "
        "(95 %) +11 % to +25 %. That is above the agreed 10 % limit. The target of 450 ms is "
        "missed. Compared with the same hours on 7 earlier days; a move this large occurred on 1 "
        "of them.",
    ),
    "improved, the hours alone move it": (
        replace(CPU, expected=58.0, after=45.0), REAL,
        "CPU load fell by 22 % (45 % instead of the 58 % to be expected at these hours; 61 % "
        "before). Likely range (95 %) −28 % to −15 %. Compared with the same hours on 7 earlier "
        "days; a move this large did not occur on any of them.",
    ),
    "improved, B: limited evidence": (
        NO_DAYS, replace(REAL, few_days=2),
        "CPU load fell by 22 % (61 → 48 %). Likely range (95 %) −28 % to −15 %. Only 2 comparison "
        "days were available; a daily rhythm cannot be excluded.",
    ),
    "regressed, C": (
        RUNS, REAL,
        "Mean response time got slower by 18 % (412 → 486 ms). Likely range (95 %) +11 % to "
        "+25 %. That is above the agreed 10 % limit. Compared run by run.",
    ),
    "regressed, C, a single run": (
        replace(RUNS, caveats=(Caveat.SINGLE_RUN,)), REAL,
        "Mean response time got slower by 18 % (412 → 486 ms). Likely range (95 %) +11 % to "
        "+25 %. That is above the agreed 10 % limit. Only a single run per side: runs may differ "
        "among each other.",
    ),
    "changed, either way": (
        replace(COUNTER, verdict=Verdict.CHANGED, after=240.0, absolute_change=37.0,
                relative_change=0.18, interval95=(0.11, 0.25)),
        REAL,
        "Transactions rose by 18 % (203 → 240 /s). Likely range (95 %) +11 % to +25 %. Compared "
        "with the same hours on 7 earlier days; a move this large did not occur on any of them.",
    ),
    "a share that regressed": (
        ERRORS, REAL,
        "Error rate rose from 0.40 % to 0.90 % (+0.50 percentage points, about 2.2 times). Likely "
        "range (95 %) +0.24 to +0.84 percentage points. That is above the agreed 10 % limit. "
        "Compared with the same hours on 7 earlier days; a move this large did not occur on any "
        "of them.",
    ),
    "a share from nothing": (
        replace(ERRORS, before=0.0, expected=0.0, after=0.02, absolute_change=0.02,
                relative_change=None, interval95=None, interval90=None, scale=Scale.LINEAR),
        replace(REAL, is_exact=True),
        "Error rate rose from 0 % to 2.0 % (+2.0 percentage points). That is above the agreed "
        "10 % limit. Compared with the same hours on 7 earlier days; a move this large did not "
        "occur on any of them.",
    ),
    "a share that stayed": (
        replace(ERRORS, verdict=Verdict.NO_MATERIAL_CHANGE, after=0.0042, absolute_change=0.0002,
                relative_change=0.05, interval95=(-0.1, 0.2), interval90=(-0.08, 0.17)),
        Background(),
        "Error rate stayed the same within 0.1 percentage points: best estimate +0.020 "
        "percentage points, likely range (95 %) −0.040 to +0.080 percentage points.",
    ),
    "the same": (
        COUNTER, Background(),
        "Transactions stayed the same within 10 %: best estimate +1 %, likely range (95 %) −3 % "
        "to +5 %.",
    ),
    "the same, as the floor says": (
        replace(CPU, verdict=Verdict.NO_MATERIAL_CHANGE, before=3.0, expected=3.0, after=3.2,
                absolute_change=0.2, relative_change=0.067, interval95=(-0.1, 0.24),
                interval90=(-0.07, 0.2)),
        Background(),
        "CPU load stayed the same within 1 percentage point: best estimate +0.20 percentage "
        "points, likely range (95 %) −0.30 to +0.72 percentage points.",
    ),
    "flat": (
        replace(CPU, verdict=Verdict.NO_MATERIAL_CHANGE, after=61.0, absolute_change=0.0,
                relative_change=0.0),
        Background(is_exact=True),
        "CPU load stayed at 61 %.",
    ),
    "real but small": (
        replace(CPU, metric="Memory", unit="GB", verdict=Verdict.NO_MATERIAL_CHANGE, floor=0.0,
                before=24.5, expected=24.5, after=24.8, absolute_change=0.3,
                relative_change=0.012),
        REAL,
        "Memory rose by 1.2 % (24.5 → 24.8 GB): real, but below the 5 % that matters.",
    ),
    "not enough data, A": (
        UNSURE, Background(),
        "Checkout response time (95th percentile): we cannot tell yet. Best estimate +9 %, likely "
        "range (95 %) −6 % to +26 %. With this much natural movement only a change above 21 % "
        "would show. Next: wait until Sat 14 Nov 19:00 for a window twice as long.",
    ),
    "not enough data, few days": (
        replace(UNSURE, days=DAYS[:4]), Background(),
        "Checkout response time (95th percentile): we cannot tell yet. Best estimate +9 %, likely "
        "range (95 %) −6 % to +26 %. With this much natural movement only a change above 21 % "
        "would show. Next: wait until Sat 14 Nov 19:00 for a window twice as long, or add 3 more "
        "comparison days.",
    ),
    "moved, size not certain": (
        replace(UNSURE, interval95=(0.02, 0.16)), REAL,
        "Checkout response time (95th percentile) moved, but by how much is not yet certain. Best "
        "estimate +9 %, likely range (95 %) +2 % to +16 %. Whether it is more than the 10 % "
        "that matters is open. Next: wait until Sat 14 Nov 19:00 for a window twice as long.",
    ),
    "not enough data, C": (
        replace(RUNS, verdict=Verdict.NOT_ENOUGH_DATA, smallest_visible_change=7.2,
                caveats=(Caveat.SINGLE_RUN,)),
        Background(),
        "Mean response time: we cannot tell yet. Best estimate +18 %, likely range (95 %) +11 % "
        "to +25 %. With this much natural movement only a rise to about 8.2 times would show. "
        "Only a single run per side: runs may differ among each other. Next: run the load test "
        "again, at least three times on each side.",
    ),
    "nothing after": (
        replace(UNSURE, after=None, relative_change=None, interval95=None),
        Background(gates=(Gate.NOTHING_AFTER,)),
        "Checkout response time (95th percentile): we cannot tell yet. There are no samples from "
        "after the change. Next: read the samples of the hours after the change again.",
    ),
    "thin before": (
        replace(UNSURE, relative_change=None, interval95=None,
                window_before=replace(WINDOW, observed=74)),
        Background(gates=(Gate.THIN_BEFORE,)),
        "Checkout response time (95th percentile): we cannot tell yet. Too many samples are "
        "missing before the change: 41 % of the window is there. Next: add samples from before "
        "the change.",
    ),
    "too few independent samples": (
        replace(UNSURE, design=Design.NO_HISTORY, days=(), n_effective=5.2,
                caveats=(Caveat.NO_REFERENCE_DAYS,)),
        Background(gates=(Gate.FEW_INDEPENDENT,)),
        "Checkout response time (95th percentile): we cannot tell yet. Best estimate +9 %, likely "
        "range (95 %) −6 % to +26 %. The samples follow each other so closely that a window is "
        "worth only about 5 independent ones. There were no comparison days; a daily rhythm "
        "cannot be excluded. Next: add the samples of at least 4 comparable earlier days.",
    ),
    "preliminary": (
        replace(CPU, caveats=(Caveat.PRELIMINARY,)), REAL,
        "CPU load fell by 22 % (61 → 48 %). Likely range (95 %) −28 % to −15 %. Compared with the "
        "same hours on 7 earlier days; a move this large did not occur on any of them. This is "
        "preliminary: the window after the change is not over.",
    ),
    "timing: after the start": (
        replace(CPU, shift=Shift(AT.replace(hour=12, minute=5), 300.0)), REAL,
        "CPU load fell by 22 % (61 → 48 %). Likely range (95 %) −28 % to −15 %. Compared with the "
        "same hours on 7 earlier days; a move this large did not occur on any of them. The shift "
        "begins at 12:05, 5 min after the start.",
    ),
    "timing: before the change": (
        replace(CPU, shift=Shift(AT.replace(hour=11, minute=35), -1500.0, before_change=True)),
        REAL,
        "CPU load fell by 22 % (61 → 48 %). Likely range (95 %) −28 % to −15 %. Compared with the "
        "same hours on 7 earlier days; a move this large did not occur on any of them. It moved "
        "at 11:35, 25 min before the change began; the change is probably not why.",
    ),
    "load differs": (
        replace(CPU, notes=("Requests per second moved by −31 %, so these figures are per unit of "
                            "it.",)),
        REAL,
        "CPU load fell by 22 % (61 → 48 %). Likely range (95 %) −28 % to −15 %. Compared with the "
        "same hours on 7 earlier days; a move this large did not occur on any of them. Requests "
        "per second moved by −31 %, so these figures are per unit of it.",
    ),
    "spikes": (
        CPU, replace(REAL, more_spikes=True),
        "CPU load fell by 22 % (61 → 48 %). Likely range (95 %) −28 % to −15 %. Compared with the "
        "same hours on 7 earlier days; a move this large did not occur on any of them. Spikes "
        "have become more frequent.",
    ),
    "not measured": (
        replace(CPU, verdict=Verdict.NOT_MEASURED), Background(),
        "CPU load: not measured.",
    ),
}  # fmt: skip
AVOIDED = ("significant", "p-value", "null", " CI", "no impact", "proves", "caused by")


def plain(text: str) -> str:
    return text.replace("\u202f", " ")


@pytest.mark.parametrize("name", CASES)
def test_a_sentence_says_what_moved_how_sure_that_is_and_what_next(name):
    found, background, expected = CASES[name]
    said = plain(sentence(found, background))
    print(f"\n{name}\n    {said}\n    {plain(reason(found, background))}")
    assert said == expected
    assert not [word for word in AVOIDED if word in f"{said} {reason(found, background)}"]
    assert "  " not in said
    assert said.endswith(".")


@pytest.mark.parametrize(
    ("verdict", "found", "expected"),
    [
        (
            OverallVerdict.REGRESSED,
            (RESPONSE, CPU, COUNTER, UNSURE),
            "Change CHG-1042: REGRESSED. Of 4 measures: 1 got worse (Checkout response time (95th "
            "percentile)), 1 got better (CPU load), 1 without material change, 1 not yet decidable "
            "(Checkout response time (95th percentile)). Suggested: keep under observation or "
            "roll back.",
        ),
        (
            OverallVerdict.NO_MATERIAL_CHANGE,
            (COUNTER,),
            "Change CHG-1042: NO MATERIAL CHANGE. Of 1 measure: 1 without material change. "
            "Suggested: go on as planned.",
        ),
    ],
)
def test_the_sentence_on_the_whole_change(verdict, found, expected):
    assert overall_sentence(verdict, found, "CHG-1042") == expected
