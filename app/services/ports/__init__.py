"""What services need from the world, as Protocols; adapters fit them structurally."""
