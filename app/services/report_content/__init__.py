"""What the post-implementation report says, in words and figures; nothing about paper."""
