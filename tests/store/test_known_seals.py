"""The seals of a log, kept outside of memory: beside a dictionary, and as names may be."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.store.known_seals import CHUNK, Sealed, known_seals

NAMES = st.sampled_from(("record:change/a", "record:change/b", "", "a\0b", "\ud800", "é", "É"))
SEALS = st.builds(Sealed, st.text(max_size=3), st.integers(1, 9), st.booleans())
MANY = 200_000
MORE_MB = 60
"""In memory, as it was before, so many seals took ninety megabytes; a cache takes sixteen."""


@given(
    steps=st.lists(st.tuples(NAMES, SEALS) | st.lists(NAMES, max_size=3, unique=True), max_size=30)
)
def test_seals_are_kept_and_taken_as_from_a_dictionary(steps):
    wished: dict[str, Sealed] = {}
    with known_seals() as seals:
        for step in steps:
            if isinstance(step, tuple):
                seals.put(*step)
                wished[step[0]] = step[1]
            else:
                there = {name: wished.pop(name) for name in step if name in wished}
                assert seals.take(step) == there
            first = min(
                (
                    (each.seq, name.encode("utf-8", "surrogatepass"))
                    for name, each in wished.items()
                ),
                default=None,
            )
            told = seals.first()
            assert (told and (told[1], told[0].encode("utf-8", "surrogatepass"))) == first


def test_a_whole_chunk_is_taken_at_once_and_only_once():
    names = [f"record:change/{n:04}" for n in range(CHUNK + 1)]
    with known_seals() as seals:
        for at, name in enumerate(names):
            seals.put(name, Sealed(f"{at:064x}", at, False))
        found = seals.take(names[:CHUNK])
        assert [found[name].seq for name in names[:CHUNK]] == list(range(CHUNK))
        assert seals.take(names[:CHUNK]) == {}
        assert seals.first() == (names[CHUNK], CHUNK)


def test_memory_does_not_grow_with_the_seals():
    pytest.importorskip("resource")
    code = (
        "import resource\n"
        "from app.store.known_seals import Sealed, known_seals\n"
        "most = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "with known_seals() as seals:\n"
        "    before = most()\n"
        f"    for n in range({MANY}):\n"
        "        seals.put(f'record:change/{n:032x}', Sealed(f'{n:064x}', n, False))\n"
        "    assert seals.first() == (f'record:change/{0:032x}', 0)\n"
        "print((most() - before) // 1024)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(done.stdout) < MORE_MB
