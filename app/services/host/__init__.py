"""Keep the list of hosts, their health, and what may be done on them."""
