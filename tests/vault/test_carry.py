"""Exclude patterns mean here what they mean to tar."""

import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.vault.excluded import Excluded, exclude_pattern

NAMES = ["a", "a/b", "a/b/c.log", "a/x.log", "b", "b/cache", "b/cache/d", "b/a", "c.d", "ab"]


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("t")
    for name in NAMES:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not any(other.startswith(f"{name}/") for other in NAMES):
            path.write_text("x")
    return root


PART = st.sampled_from(["a", "b", "c", "*", "?", "*.log", "cache", "[ab]", "[!a]", "/", ".", "d"])


@given(pattern=st.lists(PART, min_size=1, max_size=4).map("".join).filter(lambda p: p.strip("/")))
def test_the_same_names_are_left_out_as_by_tar(tree, pattern):
    if pattern.startswith("/"):
        pattern = str(tree) + pattern
    root = f".{tree}"
    command = ["tar", "-cf", "-", f"--exclude={exclude_pattern(pattern)}", "-C", "/", "--", root]
    packed = subprocess.run(command, capture_output=True, check=False)
    if packed.returncode:
        return
    listed = subprocess.run(["tar", "-tf", "-"], input=packed.stdout, capture_output=True)
    kept = {line.rstrip("/") for line in listed.stdout.decode().splitlines()}
    left_out = Excluded((pattern,))
    if left_out.matches(os.fsencode(root)):
        return  # the whole source is left out; there is nothing to restore
    for name in NAMES:
        member = f"{root}/{name}"
        assert left_out.matches(os.fsencode(member)) is (member not in kept), (pattern, name)
