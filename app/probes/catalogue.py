"""Runs the registry's probes as one script; fits the `HealthProbes` port."""

from app.domain.health import CheckResult
from app.domain.host import Host
from app.probes.base import read_safely
from app.probes.registry import probes_for
from app.probes.script import build_script, split_sections


class ProbeCatalogue:
    """The catalogue of checks, as services use it."""

    def script(self, host: Host) -> str:
        """Return the script for a host; its one argument is the nonce."""
        return build_script(probes_for(host))

    def read(self, host: Host, output: bytes, nonce: str) -> tuple[CheckResult, ...]:
        """Turn the output into results, one or more for every probe; never raises."""
        sections = split_sections(output.decode("utf-8", "replace"), nonce)
        results: list[CheckResult] = []
        for probe in probes_for(host):
            section = sections.get(probe.name)
            ms = section.ms if section else 0
            results += [
                CheckResult(probe.name, probe.title, reading, item, ms)
                for item, reading in read_safely(probe, section)
            ]
        return tuple(results)
