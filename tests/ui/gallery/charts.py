"""Charts of a day and of seconds, the strip of earlier moves, a live chart."""

from datetime import UTC, datetime

import numpy as np
from PySide6.QtWidgets import QWidget

from app.analysis.chart_model import ChartInput, ChartModel, before_after_chart
from app.analysis.placebo_strip import placebo_strip
from app.domain.metric import Series, Target
from tests.ui.gallery.sample import ZONE, sheet
from ui.charts.before_after import BeforeAfterChart
from ui.charts.live import LiveChart, LiveLook
from ui.charts.placebo import PlaceboStrip
from ui.widgets.layout import column, panel, row


def chart_model() -> ChartModel:
    rng = np.random.default_rng(7)
    day, step = 86400.0, 300.0
    t0 = datetime(2026, 11, 13, 23, 0, tzinfo=UTC).timestamp()
    change = (t0 + day, t0 + day + 7080)

    def load(at: np.ndarray) -> np.ndarray:
        hour = (at - t0) / 3600 % 24
        return 340 + 200 * np.exp(-((hour - 12.5) ** 2) / 18)

    def noisy(begin: float, end: float, size: float, share: float = 1.0) -> Series:
        at = np.arange(begin, end, step)
        noise = np.convolve(rng.normal(0, size, at.size + 8), np.ones(9) / 3, "valid")
        return Series(at, load(at) * share + noise)

    after = (change[1] + 600, change[1] + 600 + day)
    return before_after_chart(
        ChartInput(
            "Checkout response time, p95",
            "ms",
            noisy(t0, t0 + day, 8),
            noisy(*after, 8, 0.68),
            (t0, t0 + day),
            after,
            change,
            ZONE,
            Target(350.0),
            tuple(noisy(t0, after[1], 14) for _ in range(7)),
            412.0,
            301.0,
            "mean",
        )
    )


def seconds_model() -> ChartModel:
    t0 = datetime(2026, 11, 15, 10, 0, 3, tzinfo=UTC).timestamp()
    at = np.arange(t0, t0 + 20, 0.25)
    return before_after_chart(
        ChartInput(
            "Response time",
            "ms",
            Series(at, 80 + 10 * np.sin(at * 3)),
            Series(at + 31, 22 + 4 * np.sin(at * 5)),
            (t0, t0 + 20),
            (t0 + 31, t0 + 51),
            (t0 + 21, t0 + 29),
            ZONE,
        )
    )


def charts() -> QWidget:
    big, small, strip = BeforeAfterChart(), BeforeAfterChart(), PlaceboStrip()
    live = LiveChart(LiveLook("%", ZONE, 900, 90))
    big.set_model(chart_model())
    big.setFixedHeight(420)
    small.set_model(seconds_model())
    strip.set_model(placebo_strip(-0.27, (-0.33, -0.2), (-0.055, -0.03, 0.01, 0.02, 0.05), 0.1))
    at = np.arange(0, 900, 5.0) + datetime(2026, 11, 15, tzinfo=UTC).timestamp()
    live.set_series(
        {
            "db-01": Series(at, 40 + 10 * np.sin(at / 90)),
            "db-02": Series(at, 30 + 8 * np.cos(at / 60)),
        }
    )
    side = panel(column(small, live, gap=16))
    widget = sheet(panel(row(panel(column(big, strip, gap=16)), side, gap=24)), width=1200)
    widget.setFixedHeight(560)
    return widget
