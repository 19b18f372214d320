"""The kit: small widgets that paint themselves from the tokens. One family per file."""
