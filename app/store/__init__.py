"""The only door to the database and to the files we keep."""
