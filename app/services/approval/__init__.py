"""Agree on a plan: who is asked, what they decide, and whether it is enough."""
