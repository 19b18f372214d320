"""The live run of a change."""
