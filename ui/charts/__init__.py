"""The only door to charts on screen."""
