"""The log of changes and one change."""
