"""Look back: what users say, what was learned, what is still owed, how it went."""
