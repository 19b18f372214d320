"""Behaviours the judge must be right about; it was built on others of the same families."""

from tests.analysis.simulate import Scenario

BASE = Scenario(step_s=300.0)

WITH_DAYS = (
    BASE.but(name="white noise", phi=0.0),
    BASE.but(name="phi 0.5"),
    BASE.but(name="phi 0.9", phi=0.9),
    BASE.but(name="phi 0.97", phi=0.97),
    BASE.but(name="five reference days", days=7),
    BASE.but(name="daily rhythm, weekend change", rhythm=0.3, weekend=0.6, days=16,
             when="2026-03-21T13:20"),
    BASE.but(name="daily rhythm, weekends in between", rhythm=0.3, weekend=0.6),
    BASE.but(name="clocks changed two days ago", rhythm=0.3, zone="Europe/Berlin",
             when="2026-03-31T13:20"),
    BASE.but(name="clocks change in the window", rhythm=0.3, zone="Europe/Berlin", days=57,
             when="2026-10-25T02:00", gap_s=1200.0),
    BASE.but(name="spikes", spikes=0.03, rhythm=0.2),
    BASE.but(name="many spikes", spikes=0.12, rhythm=0.2),
    BASE.but(name="heavy tails", tails=3.0),
    BASE.but(name="gaps and missing days", missing=0.15, missing_days=0.3, days=13, rhythm=0.3),
    BASE.but(name="days differ", daily=0.1),
    BASE.but(name="growth of 3 % a day", trend=0.03, rhythm=0.3),
    BASE.but(name="counter with restarts", kind="counter", resets=12, rhythm=0.3),
    BASE.but(name="errors over requests", kind="ratio", rate=0.01, rhythm=0.3),
    BASE.but(name="a few errors over requests", kind="ratio", level=1.0, rate=0.001),
    BASE.but(name="one column of error shares", kind="share", rate=0.005, level=5.0),
    BASE.but(name="mostly zero", kind="rare", rate=0.1),
    BASE.but(name="hardly ever not zero", kind="rare", rate=0.01),
    BASE.but(name="samples jitter", jitter_s=80.0),
    BASE.but(name="log-normal latency", noise=0.6, phi=0.0, level=120.0),
)  # fmt: skip
ORDINARY = ("white noise", "phi 0.5", "daily rhythm, weekends in between", "spikes",
            "heavy tails", "growth of 3 % a day", "counter with restarts",
            "errors over requests")  # fmt: skip
"""Metrics on which a step of 20 % must be found nine times in ten."""
SPIKY = BASE.but(name="spiky production series", spikes=0.06, spike_size=4.0, rhythm=0.25,
                 noise=0.13, white=0.03, daily=0.05)  # fmt: skip

_PERSISTENT = tuple(
    Scenario(name=f"alone, phi {phi}, {window_h} h of minutes", days=0, phi=phi,
             window_s=window_h * 3600.0)
    for phi in (0.0, 0.5, 0.8, 0.9, 0.97)
    for window_h in (1, 3, 12)
)  # fmt: skip
ALONE = (
    *_PERSISTENT,
    Scenario(name="alone, phi 0.5, 3 h of five minutes", days=0, step_s=300.0),
    Scenario(name="alone, spikes", days=0, spikes=0.03),
    Scenario(name="alone, heavy tails", days=0, tails=3.0),
    Scenario(name="alone, noisy readings", days=0, phi=0.9, noise=0.05, white=0.1),
    Scenario(name="alone, gaps", days=0, missing=0.2),
    Scenario(name="alone, 12 s at 8 Hz, phi 0.3", days=0, window_s=12.0, step_s=0.125, phi=0.3,
             gap_s=20.0, settle_s=1.0, noise=0.2),
    Scenario(name="alone, 12 s at 8 Hz, phi 0.8", days=0, window_s=12.0, step_s=0.125, phi=0.8,
             gap_s=20.0, settle_s=1.0, noise=0.2),
    Scenario(name="alone, 20 s at 5 Hz, log-normal", days=0, window_s=20.0, step_s=0.2, phi=0.0,
             gap_s=20.0, settle_s=1.0, noise=0.5),
)  # fmt: skip
