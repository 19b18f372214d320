"""Services: failed units of the host, and the ones the host's record names."""

import shlex
from dataclasses import dataclass

from app.domain.health import Health, Reading
from app.probes.base import Found, Section, unknown


class FailedUnitsProbe:
    """Units that systemd counts as failed."""

    name, title = "svc.failed", "Failed units"

    def shell(self) -> str:
        """Ask systemd, where it runs the machine."""
        return (
            "[ -d /run/systemd/system ] || { echo no-systemd; exit 0; }\n"
            "systemctl list-units --failed --plain --no-legend --no-pager && echo listed"
        )

    def read(self, section: Section) -> list[Found]:
        """Return the failed units as items."""
        if section.lines == ["no-systemd"]:
            return [("", unknown("systemd does not run this host"))]
        if section.exit_code != 0 or section.lines[-1] != "listed":
            return [("", unknown("systemd gave no list"))]
        units = tuple(sorted(line.split()[0] for line in section.lines[:-1]))
        if not units:
            return [("", Reading(Health.OK, "none"))]
        return [("", Reading(Health.WARNING, ", ".join(units), float(len(units)), "", units))]


@dataclass(frozen=True, slots=True)
class ServiceProbe:
    """Whether the named services run: systemd units, or control scripts by absolute path."""

    services: tuple[str, ...]
    name: str = "svc.state"
    title: str = "Service"

    def shell(self) -> str:
        """Ask systemd or the service's own script for each."""
        names = shlex.join(self.services)
        return f"""for service in {names}; do
    case $service in
        /*) said=$(sh "$service" status 2>&1); rc=$?; kind=script ;;
        *) if [ -d /run/systemd/system ]; then
               said=$(systemctl is-active -- "$service" 2>&1); rc=$?; kind=systemd
           elif command -v service >/dev/null 2>&1; then
               said=$(service "$service" status 2>&1); rc=$?; kind=service
           else said=; rc=127; kind=none; fi ;;
    esac
    printf '%s\\t%s\\t%s\\t%s\\n' "$service" "$kind" "$rc" "$(printf %s "$said" | head -n 1)"
done"""

    def read(self, section: Section) -> list[Found]:
        """Judge each service by the exit code of who knows."""
        found: list[Found] = []
        for line in section.lines:
            service, kind, code, said = line.split("\t", 3)
            label = service.rsplit("/", 1)[-1]
            if kind == "none" or code in ("4", "127") or "unrecognized" in said:
                found.append((label, unknown("nobody on the host knows this service")))
            elif code == "0":
                found.append((label, Reading(Health.OK, said[:_SHOWN] or "running")))
            else:
                found.append((label, Reading(Health.CRITICAL, said[:_SHOWN] or "not running")))
        return found


_SHOWN = 80
