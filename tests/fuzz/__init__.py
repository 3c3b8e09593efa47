"""What a modem, or whoever writes to it, can throw at the AT language: any bytes at all.

`python -m tests.fuzz SECONDS` runs for hours if it has to; a sample is in the regular tests.
"""
