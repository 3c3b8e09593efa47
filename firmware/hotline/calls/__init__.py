"""The story of a call."""
