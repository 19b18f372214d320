"""What lies beside the database: evidence files, transcripts, samples."""

from dataclasses import dataclass
from pathlib import Path

from app.store.files import StoredFiles
from app.store.series import StoredSeries
from app.store.transcripts import StoredTranscripts


@dataclass(frozen=True)
class Beside:
    """The stores that keep files of their own."""

    files: StoredFiles
    transcripts: StoredTranscripts
    series: StoredSeries


def open_beside(data: Path) -> Beside:
    """Return the stores of a data folder; nothing is made before something is kept."""
    files = StoredFiles(data / "files")
    return Beside(files, StoredTranscripts(data / "transcripts", files), StoredSeries(files))
