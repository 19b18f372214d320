"""Numbers: pure functions over arrays of samples."""
