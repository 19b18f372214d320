"""The page of key figures."""
