"""Try what a change must not break, and record what came of it."""
