"""The load tests page."""
