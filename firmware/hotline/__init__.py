"""The Hotline Box: answers an office's telephone and loses no caller."""

__version__ = "0.1.0"
