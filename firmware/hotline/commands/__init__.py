"""What can be typed after `hotline`: a file for each group of commands."""
