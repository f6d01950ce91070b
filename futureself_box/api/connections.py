"""Who is at the other end of a request, and whether anybody in between could read it."""

import ipaddress
from typing import Any

from litestar import Request


def address_of(request: Request[Any, Any, Any]) -> str:
    """The address that the request came from."""
    return request.client.host if request.client else ""


def is_private(request: Request[Any, Any, Any]) -> bool:
    """Whether it came over TLS, or from this machine itself."""
    return request.scope["scheme"] == "https" or _is_loopback(address_of(request))


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
