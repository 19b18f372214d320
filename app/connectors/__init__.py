"""Other people's systems; everything that goes out over HTTP goes through `http`."""
