"""Requests that bring a file, larger than any form."""

from flask import request

READ_AHEAD = 1024 * 1024
"""In bytes: the form parser counts what it has read ahead of a file as memory of the form."""


def expect_file(largest: int) -> None:
    """Let this request bring so many bytes, before anything reads it."""
    request.max_content_length = largest
    request.max_form_memory_size = READ_AHEAD
