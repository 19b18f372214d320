"""``python -m tests.bench NAME|all [--json]``."""

import argparse
import importlib
import json
import sys

from tests.bench.harness import machine

NAMES = ("startup", "verdict", "pdf", "log", "suggest")


def main() -> int:
    """Measure and print; exit code 1 where an aim is not met."""
    parser = argparse.ArgumentParser("python3 dev.py bench")
    parser.add_argument("name", choices=(*NAMES, "all"))
    parser.add_argument("--json", action="store_true", help="one JSON object per benchmark")
    args = parser.parse_args()
    if not args.json:
        print(machine())
    met = True
    for name in NAMES if args.name == "all" else [args.name]:
        result = importlib.import_module(f"tests.bench.{name}").measure()
        print(json.dumps(result.as_json()) if args.json else result.line(), flush=True)
        met = met and result.met
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
