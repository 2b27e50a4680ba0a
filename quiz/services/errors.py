"""What every refusal of a service has in common."""


class Refused(Exception):  # noqa: N818 - named for what happened
    """A service did not do what was asked; the text says why and what to do."""
