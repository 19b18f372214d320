"""Files for other programs: what leaves Change Desk in somebody else's format."""
