"""Item models over the frozen rows of read queries."""
