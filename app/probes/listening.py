"""Which ports the host listens on."""

import re

from app.domain.health import Health, Reading
from app.i18n import _, later
from app.probes.base import Found, Section, Strange, listed, whole

_PASSING = 32768
"""UDP ports from here up come and go with every client."""
_SS = re.compile(r"(tcp|udp) +(?:LISTEN|UNCONN) +\d+ +\d+ +(\S+):(\d+) +\S+.*", re.ASCII)
_KERNEL = re.compile(
    r"(tcp|udp)6? +\d+: ([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4}) \S+ (\w\w) .*", re.ASCII
)
_WAITING = {"tcp": "0A", "udp": "07"}
"""The kernel's numbers for a socket that waits for peers."""
_IPV4_DIGITS = 8


class ListeningProbe:
    """The set of listening TCP ports and of bound UDP ports below the passing ones."""

    name, title = "net.listen", later("Listening ports")

    def shell(self) -> str:
        """Ask ss, else the kernel's tables."""
        return r"""if command -v ss >/dev/null 2>&1 && ss -Hltnu; then :
elif [ -r /proc/net/tcp ]; then
    for table in tcp tcp6 udp udp6; do
        [ -r /proc/net/$table ] && sed "1d; s/^/$table /" /proc/net/$table
    done
else return 127; fi
echo listed"""

    def read(self, section: Section) -> list[Found]:
        """Return each address and port once, as items."""
        found = (_item(line.strip()) for line in listed(section))
        items = tuple(sorted({item for item in found if item}))
        if not items:
            raise Strange(_("not even the port of SSH is listed"))
        text = _("{n} ports").format(n=len(items))
        return [("", Reading(Health.OK, text, None, "", items))]


def _item(line: str) -> str:
    """Return ``address:port/protocol``, "" for what does not wait for peers or soon will not."""
    if found := _SS.fullmatch(line):
        protocol, address, port = found[1], found[2].split("%")[0], whole(found[3])
    elif found := _KERNEL.fullmatch(line):
        protocol, address, port = found[1], _address(found[2]), int(found[3], 16)
        if found[4] != _WAITING[protocol]:
            return ""
    else:
        raise Strange(_("this is no list of sockets"))
    return "" if protocol == "udp" and port >= _PASSING else f"{address}:{port}/{protocol}"


def _address(digits: str) -> str:
    """Return the kernel's hexadecimal address as ss writes it."""
    if len(digits) == _IPV4_DIGITS:
        return ".".join(str(int(digits[place : place + 2], 16)) for place in (6, 4, 2, 0))
    return "[::]" if int(digits, 16) == 0 else f"[{digits.lower()}]"
