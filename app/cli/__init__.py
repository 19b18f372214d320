"""Headless commands: each parses its words, calls a service, and prints text or JSON."""
