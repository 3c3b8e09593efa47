"""Stories of what goes wrong: a clear word, and nothing lost."""
