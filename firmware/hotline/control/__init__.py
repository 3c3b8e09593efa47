"""The Unix socket, the one door to the daemon."""
