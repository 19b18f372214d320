"""Load tests: read results, sum them up, compare runs, keep them with a change, run plans."""
