"""Ten million points in the before/after chart, against the bare plotting library.

Both draw the same two curves with peaks kept, in windows of the same size without a screen.
Measured are the first picture, drawing again, a zoom and a pan step; the figure is the slower of
drawing again and panning. The chart's model is prepared by a worker in the program, so its time is
told apart.
"""

import os
import time
from collections.abc import Callable
from statistics import median

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
import pyqtgraph as pg
from PySide6.QtWidgets import QWidget

from app.analysis.chart_model import ChartInput, before_after_chart
from app.domain.metric import Series
from tests.bench.harness import Result, seconds
from ui.application import build_application
from ui.charts.before_after import BeforeAfterChart
from ui.theme import Theme

POINTS = 10_000_000
ROUNDS = 7
SIZE = (900, 420)
AIM, AIM_MS = 1.3, 16.0


def measure() -> Result:
    """Draw, zoom and pan both; print the medians."""
    application = build_application()
    theme = Theme(application)
    at_s = 1_773_824_400.0 + np.arange(POINTS, dtype=np.float64) / 100
    value = np.cumsum(np.random.default_rng(1).normal(size=POINTS)) / 1000 + 50
    ours, model_s, first_s = _ours(at_s, value)
    peer, peer_first_s = _peer(at_s, value)
    took: dict[str, list[float]] = {}
    for turn in range(ROUNDS):
        away = -1 if turn % 2 else 1
        for name, work in (
            ("draw", ours.plot.grab),
            ("zoom", lambda: _then(ours, lambda: ours.explorer.zoom(0.8))),
            ("pan", lambda way=away: _then(ours, lambda: ours.explorer.pan(0.1 * way))),
            ("bare draw", peer.grab),
            ("bare zoom", lambda: _then(peer, lambda: peer.getViewBox().scaleBy((0.8, 1)))),
            ("bare pan", lambda way=away: _then(peer, lambda: _translate(peer, way))),
        ):
            took.setdefault(name, []).append(1000 * seconds(work))
    ms = {name: median(each) for name, each in took.items()}
    figure, bare = max(ms["draw"], ms["pan"]), max(ms["bare draw"], ms["bare pan"])
    note = (
        f"[model {1000 * model_s:.0f} ms, first picture {1000 * first_s:.0f} ms, "
        f"bare {1000 * peer_first_s:.0f} ms; "
        + ", ".join(f"{name} {value:.1f} ms" for name, value in ms.items())
        + f"; aim of drawing and panning ≤ {AIM_MS:g} ms]"
    )
    theme.deleteLater()
    return Result("chart", figure, "ms", "pyqtgraph", bare, AIM, ROUNDS, note=note)


def _ours(at_s: "np.ndarray", value: "np.ndarray") -> tuple[BeforeAfterChart, float, float]:
    half = POINTS // 2
    chart = BeforeAfterChart()
    chart.resize(*SIZE)

    begun = time.perf_counter()
    model = before_after_chart(
        ChartInput(
            "Load", "%",
            Series(at_s[:half], value[:half]), Series(at_s[half:], value[half:]),
            (at_s[0], at_s[half - 1]), (at_s[half], at_s[-1]), (at_s[half - 1], at_s[half]),
        )
    )  # fmt: skip
    model_s = time.perf_counter() - begun

    def work() -> None:
        chart.set_model(model)
        chart.show()
        chart.grab()

    return chart, model_s, seconds(work)


def _peer(at_s: "np.ndarray", value: "np.ndarray") -> tuple[pg.PlotWidget, float]:
    half = POINTS // 2
    plot = pg.PlotWidget()
    plot.resize(*SIZE)

    def work() -> None:
        for part in (slice(0, half), slice(half, POINTS)):
            curve = plot.plot(at_s[part] - at_s[0], value[part])
            curve.setDownsampling(auto=True, method="peak")
            curve.setClipToView(True)
        plot.show()
        plot.grab()

    return plot, seconds(work)


def _then(widget: QWidget, change: Callable[[], object]) -> None:
    change()
    (widget.plot if isinstance(widget, BeforeAfterChart) else widget).grab()


def _translate(plot: pg.PlotWidget, way: int) -> None:
    box = plot.getViewBox()
    start, end = box.viewRange()[0]
    box.translateBy(x=0.1 * way * (end - start))
