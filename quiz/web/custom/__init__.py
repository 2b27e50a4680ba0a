"""Custom study: going through cards outside the schedule."""
