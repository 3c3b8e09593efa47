"""Telling people outside the box: a durable outbox and its ways."""
