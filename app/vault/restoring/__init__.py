"""Putting a set back on its host: plan, difference, swap, undo, and the tree of what is inside."""
