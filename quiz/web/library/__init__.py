"""Techniques to browse, search and read."""
