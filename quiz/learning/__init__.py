"""What is due, known and forgotten."""
