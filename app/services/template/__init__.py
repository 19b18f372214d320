"""Make changes from templates, once or again and again."""
