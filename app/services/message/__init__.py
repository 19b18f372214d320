"""Write to the people a change concerns, and keep what was sent."""
