"""The window: pixels and keys; knows services and domain, nothing of the world."""
