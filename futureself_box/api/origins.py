"""Answers only the box's own names and pages.

A page elsewhere may resolve its own name to the box's address (DNS rebinding) or send requests from
its own origin; browsers tell both in Host and Origin, and both are refused before anything else.
"""

from typing import Any
from urllib.parse import urlsplit

from litestar import Request
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send

from futureself_box.api.problems import problem
from futureself_box.errors import OriginRefused

NAMES = frozenset({"localhost", "127.0.0.1", "::1"})


def own_pages_only(app: ASGIApp) -> ASGIApp:
    """Middleware that refuses foreign hosts and origins, for HTTP and the WebSocket alike."""

    async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
        # The lifespan's scope has no headers.
        if "headers" not in scope or _is_own(dict(scope["headers"])):
            await app(scope, receive, send)
        elif scope["type"] == ScopeType.WEBSOCKET:
            # Closing before accepting is answered with 403 (ASGI specification).
            await receive()
            await send({"type": "websocket.close", "code": 4403, "reason": ""})
        else:
            request: Request[Any, Any, Any] = Request(scope, receive)
            refused = problem(OriginRefused()).to_asgi_response(None, request)
            await refused(scope, receive, send)

    return guarded


def _is_own(headers: dict[bytes, bytes]) -> bool:
    host = headers.get(b"host", b"").decode("latin-1")
    if _name(f"//{host}") not in NAMES:
        return False
    origin = headers.get(b"origin")
    # Programs send no Origin; a page of the box sends the address that it came from.
    return origin is None or urlsplit(origin.decode("latin-1")).netloc == host


def _name(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None
