"""The shelf of a metric, filled from what a report is made from."""

from app.domain.metric import Metric
from app.services.pictures.shelf import Shelf
from app.services.report_content.source import Source


def shelf_of(source: Source, metric: Metric) -> Shelf:
    """Return everything that was kept of a metric."""
    found = source.comparison(metric.id)
    return Shelf.of(source.change, metric, source.samples, found, source.values, zone=source.zone)
