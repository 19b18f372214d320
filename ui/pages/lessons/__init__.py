"""Lessons, the page: what was learned over all changes, and what is still to be done."""
