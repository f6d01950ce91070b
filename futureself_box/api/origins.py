"""Answers only the box's own names and pages.

A page elsewhere may resolve its own name to the box's address (DNS rebinding) or send requests from
its own origin; browsers tell both in Host and Origin, and both are refused before anything else. The
socket may be opened from any of the box's own origins: an app tries all addresses that it knows.
"""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from litestar import Request
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send

from futureself_box.api.problems import problem
from futureself_box.errors import OriginRefused

# What the page on the join port asks, to find out whether the phone trusts the box by now.
OPEN_TO_PAGES = "/check"
LOCAL_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})


def own_pages_only(
    app: ASGIApp,
    *,
    hosts: Callable[[], frozenset[str]] = lambda: LOCAL_NAMES,
    origins: Callable[[], tuple[str, ...]] = tuple,
) -> ASGIApp:
    """Middleware that refuses foreign hosts and origins, for HTTP and the WebSocket alike.

    `hosts` are the names and addresses by which the box is called, `origins` those of its pages;
    both are asked each time, since addresses change.
    """

    async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
        is_socket = scope["type"] == ScopeType.WEBSOCKET
        # The lifespan's scope has no headers.
        if "headers" not in scope or _is_own(scope, hosts(), origins() if is_socket else ()):
            await app(scope, receive, send)
        elif is_socket:
            # Closing before accepting is answered with 403 (ASGI specification).
            await receive()
            await send({"type": "websocket.close", "code": 4403, "reason": ""})
        else:
            request: Request[Any, Any, Any] = Request(scope, receive)
            refused = problem(OriginRefused()).to_asgi_response(None, request)
            await refused(scope, receive, send)

    return guarded


def _is_own(scope: Scope, hosts: frozenset[str], origins: tuple[str, ...]) -> bool:
    headers = dict(scope["headers"])
    host = headers.get(b"host", b"").decode("latin-1")
    if _name(f"//{host}") not in hosts:
        return False
    if scope["path"] == OPEN_TO_PAGES:
        return True
    origin = headers.get(b"origin", b"").decode("latin-1")
    # Programs send no Origin; a page of the box sends the address that it came from.
    return not origin or urlsplit(origin).netloc == host or origin in origins


def _name(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None
