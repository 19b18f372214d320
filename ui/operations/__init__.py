"""Named background operations between pages and services."""
