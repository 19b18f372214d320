"""The frame around the pages: rail, status bar, palette, shortcuts, and what is remembered."""
