"""Count the key figures of a period, and write them down."""
