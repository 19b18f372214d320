"""Record changes, edit them, and move them through their process."""
