"""Health checks: a command and its parser, one per file."""
