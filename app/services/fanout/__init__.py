"""Work on many hosts at once: in batches, followed host by host, stopped and gone on with."""
