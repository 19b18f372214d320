"""The same host with every command run as root; the connection stays the account's own."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from app.domain.host import Host, HostKey
from app.services.ports.world import CommandResult
from app.ssh.channel import OnOutput, SshStream
from app.tasks import TaskContext

if TYPE_CHECKING:
    from app.ssh.session import SshRemote


@dataclass(frozen=True)
class RootRemote:
    """A host through sudo; fits `Remote`. Whatever sudo refuses raises LoginRefused."""

    remote: "SshRemote"

    @property
    def host(self) -> Host:
        """The host this talks to."""
        return self.remote.host

    @property
    def keeps_jobs(self) -> bool:
        """A real host can keep a command running by itself."""
        return self.remote.keeps_jobs

    def run(
        self,
        script: str,
        *args: str,
        limit_s: float = 60.0,
        on_output: OnOutput | None = None,
        context: TaskContext | None = None,
    ) -> CommandResult:
        """Feed ``script`` to a root's ``sh -s -- args`` and wait for its end."""
        return self.remote.run(
            script, *args, limit_s=limit_s, on_output=on_output, context=context, root=True
        )

    def stream(
        self, script: str, *args: str, idle_s: float = 60.0
    ) -> AbstractContextManager[SshStream]:
        """Run ``script`` as root; its stdin is free for data."""
        return self.remote.stream(script, *args, idle_s=idle_s, root=True)

    def server_key(self, context: TaskContext | None = None) -> HostKey:
        """Return the key the server showed in this session."""
        return self.remote.server_key(context)

    def as_root(self) -> Self:
        """Return itself."""
        return self
