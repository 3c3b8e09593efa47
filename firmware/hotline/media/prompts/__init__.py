"""The texts of the prompts, one file for each language; read by `catalogue`."""
