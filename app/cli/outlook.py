"""How ``changedesk backup --preview`` shows what a backup would be."""

from collections.abc import Sequence
from dataclasses import asdict

from app.cli.output import answer
from app.cli.sets import FINDING
from app.domain.preflight import HostOutlook
from app.services.backup.outlook_words import host_facts, rule_fact, source_fact, verdict


def show(found: Sequence[HostOutlook], *, as_json: bool) -> int:
    """Print outlooks; 0 when nothing stands in the way, 3 otherwise."""
    lines: list[str] = []
    for one in found:
        lines.append(f"{one.host_name}: {verdict(one)}")
        lines += [f"  {title}: {text}" for title, text in host_facts(one)]
        for source in one.sources:
            lines.append(f"  {': '.join(source_fact(source))}")
            lines += [f"    {': '.join(rule_fact(rule))}" for rule in source.left_out]
    hosts = [{**asdict(one), "is_ready": one.is_ready} for one in found]
    answer({"hosts": hosts}, lines, as_json=as_json)
    return 0 if all(one.is_ready for one in found) else FINDING
