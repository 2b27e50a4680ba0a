"""Models, queries and migrations."""
