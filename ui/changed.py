"""Announces what changed and who did it, so that a page reloads only if it is concerned."""

from dataclasses import dataclass
from enum import Flag, auto

from PySide6.QtCore import QObject, Signal


class Topic(Flag):
    """Kinds of records; combine them with ``|``."""

    CHANGES = auto()
    HOSTS = auto()
    BACKUPS = auto()
    HEALTH = auto()
    RUNS = auto()
    METRICS = auto()
    REPORTS = auto()
    SETTINGS = auto()
    EVERYTHING = CHANGES | HOSTS | BACKUPS | HEALTH | RUNS | METRICS | REPORTS | SETTINGS


@dataclass(frozen=True, slots=True)
class Happened:
    """Records of ``topics`` changed; ``ref`` names one when it was only one."""

    topics: Topic
    by: QObject | None = None
    ref: str = ""

    def concerns(self, topics: Topic, listener: QObject | None = None) -> bool:
        """Whether a listener to ``topics`` must look again; never for what it did itself."""
        return bool(self.topics & topics) and (listener is None or self.by is not listener)


class Changed(QObject):
    """The one place where writes are announced."""

    happened = Signal(object)  # Happened

    def announce(self, topics: Topic, by: QObject | None = None, ref: str = "") -> None:
        """Tell every listener, after the write was committed; UI thread only."""
        self.happened.emit(Happened(topics, by, ref))
