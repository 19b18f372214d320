"""Series read from files that other tools wrote: which times, which columns, which figures."""
