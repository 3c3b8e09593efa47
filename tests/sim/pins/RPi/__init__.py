"""A stand-in; see tests/sim/pins/RPi/GPIO.py."""
