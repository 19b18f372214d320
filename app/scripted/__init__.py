"""Hosts that exist as data only: they answer like servers, and nothing is contacted.

Example data is worked on with them. A command says what its record holds, and nothing else is ever
run; backups are taken of the files that a host is said to hold, by the real vault.
"""
