"""The demo: a private SSH server, a small real service, and one complete change made on it."""
