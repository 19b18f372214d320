"""Health checks: a shell fragment and its parser, one per file; `registry` lists them."""
