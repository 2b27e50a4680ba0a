"""A catalogue and a seed in, a question out. Knows nothing of Flask or SQLAlchemy."""
