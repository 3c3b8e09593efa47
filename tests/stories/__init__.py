"""Promises to the office, each told as a real call to the real box."""
