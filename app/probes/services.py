"""Whether the services run that the host's record names."""

import re
import shlex
from dataclasses import dataclass

from app.domain.health import Health, Reading
from app.i18n import _, later
from app.probes.base import Found, Section, Strange, unknown, whole

_FIELDS = 4
_NOT_ALLOWED = re.compile(r"permission denied|must be root|superuser|not permitted", re.IGNORECASE)
_NOT_KNOWN = re.compile(r"unrecognized|does not exist|not found|unknown", re.IGNORECASE)
_STOPPED = (1, 2, 3)
"""Exit codes of a status action for a service that does not run (LSB)."""


@dataclass(frozen=True, slots=True)
class ServiceProbe:
    """The named services: systemd units, init scripts, or control scripts by absolute path."""

    services: tuple[str, ...]
    name: str = "svc.state"
    title: str = later("Service")

    def shell(self) -> str:
        """Ask systemd or the service's own script for each."""
        return f"""line_end='
'
for service in {shlex.join(self.services)}; do
    case $service in
        /*) kind=script
            if [ ! -f "$service" ]; then kind=none; said=; code=127
            elif [ -x "$service" ]; then said=$("$service" status 2>&1); code=$?
            else said=$(sh "$service" status 2>&1); code=$?; fi ;;
        *)  if [ -d /run/systemd/system ]; then kind=systemd
                said=$(systemctl show -p LoadState -p ActiveState -p SubState -p NRestarts \\
                    -- "$service" 2>&1); code=$?
                set -f; set -- $said; said=$*
            elif command -v service >/dev/null 2>&1; then kind=service
                said=$(service "$service" status 2>&1); code=$?
            else kind=none; said=; code=127; fi ;;
    esac
    printf '%s\\t%s\\t%s\\t%s\\n' "$service" "$kind" "$code" "${{said%%"$line_end"*}}"
done"""

    def read(self, section: Section) -> list[Found]:
        """Judge each service by what is known of it; one that is not answered for is unknown."""
        answers: dict[str, Reading] = {}
        for line in section.lines:
            service, kind, code, said = line.split("\t", _FIELDS - 1)
            if service not in self.services:
                raise Strange(_("another service answers"))
            answers[service] = _judge(kind, whole(code), said)
        return [
            (self._label(service), answers.get(service) or unknown(_("there was no answer")))
            for service in self.services
        ]

    def _label(self, service: str) -> str:
        """Return the short name of a service, unless two share it."""
        short = service.rsplit("/", 1)[-1]
        same = [other for other in self.services if other.rsplit("/", 1)[-1] == short]
        return short if len(same) == 1 else service


def _judge(kind: str, code: int, said: str) -> Reading:
    if kind == "systemd":
        return _judge_unit(code, said)
    if kind not in ("script", "service") or _NOT_KNOWN.search(said):
        return unknown(_("nobody on the host knows this service"))
    if _NOT_ALLOWED.search(said):
        return unknown(said)
    if code == 0:
        return Reading(Health.OK, said or _("running"))
    if code in _STOPPED:
        return Reading(Health.CRITICAL, said or _("not running"))
    return unknown(_("its status action ended with code {code}").format(code=code))


def _judge_unit(code: int, said: str) -> Reading:
    facts = dict(word.split("=", 1) for word in said.split() if "=" in word)
    if code != 0 or "ActiveState" not in facts:
        return unknown(_("systemd gave no answer"))
    if facts.get("LoadState") != "loaded":
        return unknown(
            _("systemd knows no such unit ({state})").format(state=facts.get("LoadState"))
        )
    state, restarts = facts["ActiveState"], facts.get("NRestarts", "")
    health = {
        "active": Health.OK,
        "activating": Health.WARNING,
        "reloading": Health.WARNING,
        "deactivating": Health.WARNING,
        "inactive": Health.CRITICAL,
        "failed": Health.CRITICAL,
    }.get(state, Health.UNKNOWN)
    text = f"{state} ({facts.get('SubState', '')})"
    if not restarts.isdecimal():
        return Reading(health, text)
    text = _("{state}, restarted {n} times").format(state=text, n=whole(restarts))
    return Reading(health, text, float(whole(restarts)), "restarts")
