"""Technique files in, an immutable catalogue out. Knows nothing of Flask or SQLAlchemy."""
