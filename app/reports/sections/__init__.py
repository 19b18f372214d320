"""The chapters of the report; each takes its part of the data and returns what is laid out."""
