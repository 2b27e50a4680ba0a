"""Quizzes: build one, answer it, see what came of it."""
