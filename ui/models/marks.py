"""Which rows of a list are marked, also when the list is too long to hold."""

from collections.abc import Hashable, Iterable

from PySide6.QtCore import QObject, Signal


class Marks(QObject):
    """Marked records by id: these, or everything but these."""

    changed = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.everything = False
        self._named: set[Hashable] = set()

    def __contains__(self, record: Hashable) -> bool:
        return (record in self._named) is not self.everything

    @property
    def named(self) -> frozenset[Hashable]:
        """The marked records, or the ones left out when everything is marked."""
        return frozenset(self._named)

    def count(self, total: int) -> int:
        """Return how many records of a list that long are marked."""
        return total - len(self._named) if self.everything else len(self._named)

    def toggle(self, record: Hashable) -> None:
        """Mark a record, or take its mark away."""
        self._named ^= {record}
        self.changed.emit()

    def add(self, records: Iterable[Hashable]) -> None:
        """Mark several records."""
        wanted = set(records)
        self._named = self._named - wanted if self.everything else self._named | wanted
        self.changed.emit()

    def mark_all(self) -> None:
        """Mark everything the list holds."""
        self.everything, self._named = True, set()
        self.changed.emit()

    def clear(self) -> bool:
        """Take all marks away; return whether there were any."""
        had = self.everything or bool(self._named)
        self.everything, self._named = False, set()
        if had:
            self.changed.emit()
        return had
