"""What can be seen and pressed on the box itself."""
