"""Databases as a server has them: how each kind is captured, read, and restored in a drill.

One file for each kind, with the scripts its server runs. ``tally`` is what all of them say about
their tables, ``causes`` puts the complaints of their tools into words, ``drill`` restores into a
throwaway server.
"""
