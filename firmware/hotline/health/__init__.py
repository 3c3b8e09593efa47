"""Is the box well? Findings in plain words."""
