"""What to do next, in one glance."""
