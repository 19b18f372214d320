"""The explicit list of probes."""

from app.domain.host import Host
from app.probes.base import Probe
from app.probes.boot import BootProbe
from app.probes.clock import ClockProbe
from app.probes.cpu import CpuProbe
from app.probes.errors_log import ErrorLogProbe
from app.probes.failed_units import FailedUnitsProbe
from app.probes.http import HttpProbe
from app.probes.inodes import InodeProbe
from app.probes.listening import ListeningProbe
from app.probes.load import LoadProbe
from app.probes.memory import MemoryProbe
from app.probes.packages import PackageProbe
from app.probes.reboot import RebootProbe
from app.probes.services import ServiceProbe
from app.probes.space import SpaceProbe
from app.probes.tls import TlsProbe


def probes_for(host: Host, interval_s: float) -> tuple[Probe, ...]:
    """Return the probes that fit a host; the clock comes first, nearest to our own stamps."""
    urls = tuple(url for url in host.urls if url.startswith(("http://", "https://")))
    secure = tuple(url for url in urls if url.startswith("https://"))
    return (
        ClockProbe(),
        BootProbe(),
        LoadProbe(),
        CpuProbe(interval_s),
        MemoryProbe(),
        SpaceProbe(),
        InodeProbe(),
        FailedUnitsProbe(),
        *((ServiceProbe(host.services),) if host.services else ()),
        ListeningProbe(),
        *((HttpProbe(urls),) if urls else ()),
        *((TlsProbe(secure),) if secure else ()),
        ErrorLogProbe(),
        RebootProbe(),
        PackageProbe(),
    )
