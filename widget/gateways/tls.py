"""Whom the system trusts to vouch for a host."""

from functools import cache
from ssl import SSLContext, TLSVersion

import httpx2


@cache  # reading the authorities costs more than everything else about a delivery
def trusted() -> SSLContext:
    """Return the settings of a connection that the system's authorities vouch for, read once in a process."""
    context = httpx2.create_ssl_context()
    context.minimum_version = TLSVersion.TLSv1_2  # some builds of Python leave that to the system
    return context
