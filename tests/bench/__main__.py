"""``python -m tests.bench NAME|all [--json]``."""

import argparse
import importlib
import json
import sys
import traceback
from collections.abc import Sequence

from tests.bench.harness import HEADING, Result, machine

NAMES = (
    "startup", "ui", "verdict", "truth", "chart", "pdf", "log", "growth", "suggest", "export",
    "verify", "jtl", "fanout", "backup", "wan",
)  # fmt: skip


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print; exit code 1 where an aim is not met or a benchmark failed."""
    parser = argparse.ArgumentParser("python3 dev.py bench")
    parser.add_argument("name", choices=(*NAMES, "all"))
    parser.add_argument("--json", action="store_true", help="one JSON object per benchmark")
    parser.add_argument("--size", type=int, help="MiB, for a smaller run of backup or wan")
    args = parser.parse_args(argv)
    if not args.json:
        print(machine(), HEADING, sep="\n", flush=True)
    met = [_ran(name, args) for name in (NAMES if args.name == "all" else (args.name,))]
    return int(not all(met))


def _ran(name: str, args: argparse.Namespace) -> bool:
    """Run one benchmark and print it; a failure does not keep the others from running."""
    try:
        sized = {"size_mib": args.size} if args.size and name in ("backup", "wan") else {}
        found = importlib.import_module(f"tests.bench.{name}").measure(**sized)
        met = [_told(result, args) for result in ((found,) if isinstance(found, Result) else found)]
    except Exception:  # noqa: BLE001 - whatever it was, the others are still worth their figures
        traceback.print_exc()
        print(f"{name}: failed, see above", file=sys.stderr, flush=True)
        return False
    return all(met)


def _told(result: Result, args: argparse.Namespace) -> bool:
    print(json.dumps(result.as_json()) if args.json else result.row(), flush=True)
    return result.met


if __name__ == "__main__":
    sys.exit(main())
