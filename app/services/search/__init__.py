"""Find changes: filters, lists, and what was like this before."""
