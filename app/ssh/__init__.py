"""The only door to SSH: connections, host keys, logins, commands and streams.

paramiko is imported on first use, so that the program starts without it.
"""
