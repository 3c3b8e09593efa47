"""The front panel of the box: what is wired to it beside the lines."""
