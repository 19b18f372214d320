"""What a metric is worth per unit of traffic: load that moved must not be taken for the change."""

import numpy as np

from app.analysis.clean import Array, Samples, into_bins, step_for
from app.analysis.windows import Layout, Slot


def per_load(samples: Samples, load: Samples, layout: Layout) -> Samples:
    """Return a metric divided by its load, bin by bin; bins without either are left out.

    Args:
        samples: The metric, such as CPU load.
        load: The traffic, such as requests per second.
        layout: Where the windows lie; its rule gives the width of the bins.
    """
    slots = layout.before, layout.after
    step_s = max(step_for(each, slots, layout.parameters.step_s) for each in (samples, load))
    if not len(samples.at_s) or step_s == 0:
        return samples
    start_s = float(np.floor(samples.at_s[0] / step_s) * step_s)
    every = Slot(((start_s, float(samples.at_s[-1]) + step_s),))
    metric, traffic = (into_bins(each, every, step_s).value for each in (samples, load))
    at_s: Array = start_s + (np.arange(len(metric), dtype=np.float64) + 0.5) * step_s
    known = np.isfinite(metric) & (traffic > 0)
    return Samples(at_s[known], metric[known], traffic[known], step_s)
