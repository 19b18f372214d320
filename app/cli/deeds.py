"""What every deed of a command takes, such as ``changedesk claim list --json``."""

import argparse
from pathlib import Path


def add_common(deed: argparse.ArgumentParser) -> None:
    """Let a deed take the options of its command behind its own words as well."""
    deed.add_argument("--json", action="store_true", default=argparse.SUPPRESS)
    deed.add_argument("--data", type=Path, default=argparse.SUPPRESS, help=argparse.SUPPRESS)
