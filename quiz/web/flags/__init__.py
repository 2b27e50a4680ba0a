"""Flagging a question from wherever it is shown."""
