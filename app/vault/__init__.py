"""The backup vault: the only door to age, Zstandard and the signatures over backup sets.

A stored object is a standard stream (tar, a database's own dump) in a Zstandard frame in an age
file, so that everything here can be opened without this program; HOW-TO-RESTORE.txt says how.
"""
