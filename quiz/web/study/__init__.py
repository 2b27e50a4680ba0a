"""Flashcards: front, back, rating."""
