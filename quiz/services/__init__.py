"""One module a use case. Services take a session and the time, and flush; callers commit."""
