"""Nouns of the trade: frozen dataclasses and enums that need nothing but the standard library."""
