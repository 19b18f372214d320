"""The hosts page."""
