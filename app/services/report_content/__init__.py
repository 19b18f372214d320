"""What the post-implementation report says: everything in words and figures, nothing about paper."""
