"""One folder per page, named as in the menu."""
