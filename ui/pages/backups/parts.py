"""Which host of a set of several is meant when one of them is put back."""

from app.domain.backup import BackupSet
from app.domain.ids import HostId
from app.i18n import _
from ui.widgets.fields import ChoiceField


class HostPart(ChoiceField):
    """Picks one host of a set; the others stay as they are."""

    def __init__(self, item: BackupSet, host: HostId | None = None) -> None:
        options = [(str(key), name) for key, name in item.hosts.items()]
        hint = _("Sealed together, put back host by host: plan, comparison and restore follow it.")
        super().__init__(_("Host"), options, hint)
        self.set_value(str(host if host in item.hosts else item.host))

        self._names = item.hosts
        self.setVisible(len(item.hosts) > 1)

    @property
    def host(self) -> HostId | None:
        """The picked one; None for a set of a single host."""
        return HostId(self.value) if len(self._names) > 1 else None

    @property
    def name(self) -> str:
        """What it is called."""
        return self._names[HostId(self.value)]
