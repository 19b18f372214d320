"""Files of series written down and opened again, as a user's file is."""

import tempfile
from pathlib import Path

from app.exports.readers import READERS
from app.services.series_files.reading import SeriesFile, open_series


def opened(data: bytes, zone: str = "UTC") -> SeriesFile:
    """Open a file that holds these bytes."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "samples"
        path.write_bytes(data)
        return open_series(path, zone=zone, readers=READERS)
