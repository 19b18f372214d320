"""Benchmarks against a peer in the same run; never part of the tests.

Each is a module with ``measure() -> Result``, named in `tests.bench.__main__`. Work and peer are
measured in turns, so that a busy machine slows both.
"""
