"""Telephone lines: one file per kind, all behind `port.Line`."""
