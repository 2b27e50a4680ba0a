"""Decks: scopes that a learner keeps, and paths with a date."""
