"""The AT language of modems (ITU-T V.250, 3GPP 27.007): bytes in, events out; no port, no clock."""
