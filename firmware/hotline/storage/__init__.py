"""All SQL and durable files."""
