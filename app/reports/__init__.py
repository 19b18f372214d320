"""The only door to paper: PDF reports and their pages."""
