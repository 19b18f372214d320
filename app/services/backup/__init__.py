"""Take backups, prove them, give them back, and look after what is kept."""
