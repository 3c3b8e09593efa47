"""Complaints, messages and how calls end, as nouns and rules; pure."""
