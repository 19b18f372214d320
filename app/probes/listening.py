"""Which ports the host listens on."""

from app.domain.health import Health, Reading
from app.probes.base import Found, Section


class ListeningProbe:
    """The set of listening TCP ports and bound UDP ports."""

    name, title = "net.listen", "Listening ports"

    def shell(self) -> str:
        """Ask ss, else the kernel's tables; only ports above the range of passing ones count."""
        return (
            "if command -v ss >/dev/null 2>&1; then ss -Hltn | awk '{print \"tcp\", $4}'\n"
            "else for f in /proc/net/tcp /proc/net/tcp6; do [ -r $f ] &&"
            ' awk \'$4 == "0A" {print "hex", $2}\' $f; done; fi; echo listed'
        )

    def read(self, section: Section) -> list[Found]:
        """Return each address and port once, as items."""
        if section.lines[-1] != "listed":
            raise ValueError("the list has no end")
        items = sorted({_item(*line.split()[:2]) for line in section.lines[:-1]})
        return [("", Reading(Health.OK, f"{len(items)} ports", None, "", tuple(items)))]


def _item(kind: str, address: str) -> str:
    if kind == "hex":
        host, port = address.rsplit(":", 1)
        return f"{'*' if int(host, 16) == 0 else _dotted(host)}:{int(port, 16)}"
    host, port = address.rsplit(":", 1)
    return f"{host.split('%')[0]}:{int(port)}"


def _dotted(host: str) -> str:
    if len(host) != _IPV4_DIGITS:
        return "[::]" if int(host, 16) == 0 else f"[{host.lower()}]"
    return ".".join(str(int(host[place : place + 2], 16)) for place in (6, 4, 2, 0))


_IPV4_DIGITS = 8
