"""Plan the steps of a change, carry them out, and follow them."""
