"""From the samples of a run to its parts: per label, steady or whole, and slice by slice.

The samples are gone through piece by piece, twice, and never held.
"""

from collections.abc import Iterable, Mapping
from itertools import pairwise

import numpy as np

from app.analysis.load_course import Asked, Course
from app.analysis.load_run import Part, Span
from app.analysis.loadtest import Batch, Flags, Ints, Spreads

Label = int | None
"""A label by its number; None: all samples, without controllers that would count them twice."""
_SLICES = 60
_SHORTEST_SLICE_S = 1.0


class Parts:
    """Counts the samples of a run; add all of them, then ask for parts.

    Args:
        whole: From the first start to just after the last one.
        steady: The part in which the load had settled.
    """

    def __init__(self, whole: Span, steady: Span) -> None:
        self._whole, self._steady = whole, steady
        self._spreads, self._by_slice = Spreads(), Spreads()
        self._labels: set[int] = set()
        self._plain = False
        """Whether there are samples that are no controllers."""
        width_us = max(whole.seconds / _SLICES, _SHORTEST_SLICE_S) * 1e6
        n = int((whole.end_us - whole.start_us) / width_us)
        self._edges: Ints = whole.start_us + (np.arange(n + 1) * width_us).astype(np.int64)

    def add(self, batch: Batch) -> None:
        """Count a batch."""
        inside = _inside(batch, self._steady)
        group = ((batch.label * 2 + batch.parent) * 2 + batch.ok) * 2 + inside
        self._spreads.add(group, batch.took_us)
        self._labels.update(np.unique(batch.label).tolist())
        self._plain = self._plain or not batch.parent.all()
        piece = np.searchsorted(self._edges, batch.at_us, "right") - 1
        known = piece < len(self._edges) - 1
        group = (piece * 2 + batch.parent) * 2 + batch.ok
        self._by_slice.add(group[known], batch.took_us[known])

    def part(self, label: Label, *, steady: bool) -> Part:
        """Return the samples of a label, or of all, in the steady part or in all of the run."""
        if label is None:
            heads = [2 * each + (not self._plain) for each in sorted(self._labels)]
        else:
            heads = [2 * label, 2 * label + 1]
        insides = (1,) if steady else (0, 1)
        failed, good = (
            self._spreads.of((head * 2 + ok) * 2 + each for head in heads for each in insides)
            for ok in (0, 1)
        )
        return Part(self._steady if steady else self._whole, good, failed)

    def slices(self) -> list[Part]:
        """Return all samples slice by slice, those slices that hold any."""
        parts = []
        for piece, (start_us, end_us) in enumerate(pairwise(self._edges.tolist())):
            head = (piece * 2 + (not self._plain)) * 2
            failed, good = (self._by_slice.of([head + ok]) for ok in (0, 1))
            parts.append(Part(Span(start_us, end_us), good, failed))
        return [part for part in parts if part.n]

    def courses(
        self, batches: Iterable[Batch], parts: Mapping[Label, Part], asked: Asked
    ) -> dict[Label, Course]:
        """Go through the samples once more, for the course of each steady part."""
        courses = {label: Course(part, asked) for label, part in parts.items()}
        for batch in batches:
            inside = _inside(batch, self._steady)
            plain = inside & (~batch.parent if self._plain else True)
            if None in courses:
                courses[None].add(batch.at_us[plain], batch.took_us[plain], batch.ok[plain])
            order = np.argsort(batch.label, kind="stable")
            order = order[inside[order]]
            label = batch.label[order]
            at_us, took_us, ok = batch.at_us[order], batch.took_us[order], batch.ok[order]
            names, begins = np.unique(label, return_index=True)
            ends = [*begins[1:].tolist(), len(label)]
            for name, begin, end in zip(names.tolist(), begins.tolist(), ends, strict=True):
                if name in courses:
                    cut = slice(begin, end)
                    courses[name].add(at_us[cut], took_us[cut], ok[cut])
        return courses


def _inside(batch: Batch, span: Span) -> Flags:
    inside: Flags = (batch.at_us >= span.start_us) & (batch.at_us < span.end_us)
    return inside
