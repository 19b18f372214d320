"""Find the highest load that a system still answers in time, from one run or several."""

from collections.abc import Sequence
from pathlib import Path

from app.analysis.capacity import capacity, response_over_rate
from app.analysis.load_parts import Parts
from app.analysis.load_run import Part
from app.domain.loadtest import Capacity, LoadPoint
from app.errors import InvalidInput
from app.i18n import _
from app.services.loadtests.files.reading import reading
from app.services.loadtests.files.recording import recorder
from app.services.series_files.zones import zone_of


def find_capacity(
    paths: Sequence[Path], target_ms: float, *, most_errors: float = 0.01, zone: str = "UTC"
) -> tuple[Capacity, tuple[LoadPoint, ...]]:
    """Return the highest rate with p95 within a target, and what was seen at each rate.

    Args:
        paths: Runs whose load rises, or runs at different loads.
        target_ms: The longest p95 that will do.
        most_errors: The highest share of failed samples that will do.
        zone: The zone of times that name none.

    Raises:
        InvalidInput: A file cannot be read or holds no samples with times.
    """
    zone_of(zone)
    points = response_over_rate([each for path in paths for each in _slices(path, zone)])
    if not points:
        raise InvalidInput(_("There are too few samples at any one rate to say anything."))
    return capacity(points, target_ms, most_errors=most_errors), points


def _slices(path: Path, zone: str) -> list[Part]:
    with recorder() as writer:
        with reading(path, zone=zone) as found:
            for batch in found.batches:
                writer.add(batch)
        recording = writer.recording()
        if not len(recording):
            raise InvalidInput(
                _("“{file}” holds no single samples with times.").format(file=path.name)
            )
        parts = Parts(recording.whole, recording.whole)
        for batch in recording.batches():
            parts.add(batch)
        return parts.slices()
