"""The settings inside a unit of work: one row each."""

from sqlalchemy import Connection, delete, insert, select

from app.errors import InvalidInput
from app.i18n import _
from app.settings import Settings, from_rows, to_rows
from app.store.log import read_head
from app.store.repositories import Writes
from app.store.seals import seal_name, seal_of_setting
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
            InvalidInput: A value is outside its limits, or what is recorded here would change
                between made up and real.
        """
        settings.check()
        before = self.load()
        if settings.example is not before.example and read_head(self._connection).size:
            raise InvalidInput(_("Example data stays example data, and real data stays real."))
        old, new = to_rows(before), to_rows(settings)
        altered = {name: value for name, value in new.items() if old[name] != value}
        for name, value in altered.items():
            self._connection.execute(delete(SETTING).where(SETTING.c.name == name))
            self._connection.execute(insert(SETTING).values(name=name, value=value))
            sealed = seal_of_setting(name, value)
            self._writes.seals[name, seal_name(SETTING.name, name)] = sealed
        if altered:
            self._writes.tables.add(SETTING.name)
        return tuple((name, f"{old[name]} → {value}") for name, value in altered.items())

    def _rows(self) -> dict[str, str]:
        rows = self._connection.execute(select(SETTING.c.name, SETTING.c.value))
        return {row.name: row.value for row in rows}
