"""Verbs of the trade: plain functions that are handed what they work with."""
