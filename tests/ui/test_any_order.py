"""The window with background work that ends in any order."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.soak
@pytest.mark.parametrize("lots", range(1, 6))
def test_every_test_of_the_window_passes_with_work_that_ends_in_any_order(lots):
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.disorder", "tests/ui"]
    env = {**os.environ, "CHANGEDESK_DISORDER": str(lots)}
    env.pop("CHANGEDESK_SOAK", None)
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:]
