"""Give changes their time: windows, freezes, conflicts, the calendar."""
