"""Runs the registry's probes as one script; fits the `HealthProbes` port."""

from dataclasses import dataclass

from app.domain.health import CheckResult
from app.domain.host import Host
from app.i18n import _
from app.probes.base import read_safely
from app.probes.registry import probes_for
from app.probes.script import build_script, split_sections


@dataclass(frozen=True, slots=True)
class ProbeCatalogue:
    """The catalogue of checks, as services use it.

    ``interval_s`` is the time between the two looks at what is counted, such as busy processors.
    """

    interval_s: float = 1.0

    def script(self, host: Host, nonce: str) -> str:
        """Return the script for a host; its answers are framed by the nonce."""
        return build_script(probes_for(host, self.interval_s), nonce)

    def read(self, host: Host, output: bytes, nonce: str) -> tuple[CheckResult, ...]:
        """Turn the output into results, one or more for every probe; never raises."""
        sections = split_sections(output.decode("utf-8", "replace"), nonce)
        results: list[CheckResult] = []
        for probe in probes_for(host, self.interval_s):
            section = sections.get(probe.name)
            ms = section.ms if section else 0
            results += [
                CheckResult(probe.name, _(probe.title), reading, item, ms)
                for item, reading in read_safely(probe, section)
            ]
        return tuple(results)
