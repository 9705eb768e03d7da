"""Whom the system trusts to vouch for a host."""

import ssl
from functools import cache


@cache  # reading the authorities costs more than everything else about a delivery
def trusted() -> ssl.SSLContext:
    """Return the settings of a connection that the system's authorities vouch for, read once in a process."""
    return ssl.create_default_context()
