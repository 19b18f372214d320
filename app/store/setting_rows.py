"""The settings inside a unit of work: one row each."""

from sqlalchemy import Connection, delete, insert, select

from app.settings import Settings, from_rows, to_rows
from app.store.repositories import Writes
from app.store.tables import SETTING


class SettingRows:
    """Reads and writes all settings at once; like every write, a save needs a log entry."""

    def __init__(self, connection: Connection, writes: Writes) -> None:
        self._connection = connection
        self._writes = writes

    def load(self) -> Settings:
        """Return the settings as they stand."""
        return from_rows(self._rows())

    def save(self, settings: Settings) -> tuple[tuple[str, str], ...]:
        """Keep the settings; return (name, "old → new") of those that differ.

        Raises:
            InvalidInput: A value is outside its limits.
        """
        settings.check()
        old, new = to_rows(self.load()), to_rows(settings)
        altered = {name: value for name, value in new.items() if old[name] != value}
        for name, value in altered.items():
            self._connection.execute(delete(SETTING).where(SETTING.c.name == name))
            self._connection.execute(insert(SETTING).values(name=name, value=value))
        if altered:
            self._writes.tables.add(SETTING.name)
        return tuple((name, f"{old[name]} → {value}") for name, value in altered.items())

    def _rows(self) -> dict[str, str]:
        rows = self._connection.execute(select(SETTING.c.name, SETTING.c.value))
        return {row.name: row.value for row in rows}
