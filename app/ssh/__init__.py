"""The only door to remote hosts."""
