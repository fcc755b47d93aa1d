"""How the launcher says that it cannot."""


class ServiceFailedError(Exception):
    """A service or a command failed; the message says why, for a person."""
