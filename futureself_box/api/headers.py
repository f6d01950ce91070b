"""The headers that every answer carries: a page of the box takes everything from the box itself."""

from collections.abc import Callable

from litestar.datastructures import MutableScopeHeaders
from litestar.types import ASGIApp, Message, Receive, Scope, Send

_POLICY = "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
# A photo that the phone holds is shown from its own disk, with no network.
_FILES = "img-src 'self' blob:; media-src 'self' blob:"
HEADERS = {
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-cache",
}


def policy(origins: tuple[str, ...]) -> str:
    """The Content-Security-Policy; sockets may go to every address of the box that it can name."""
    # It can't name an IPv6 address (CSP Level 3, host-source), and any host would be too many.
    named = [origin for origin in origins if "[" not in origin]
    sockets = "".join(f" {origin.replace('https:', 'wss:')}" for origin in named)
    return f"{_POLICY}; {_FILES}; connect-src 'self'{sockets}"


def with_headers(app: ASGIApp, origins: Callable[[], tuple[str, ...]] = tuple) -> ASGIApp:
    """Middleware that adds them, to errors too. `origins` are those of the box's pages."""

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message.setdefault("headers", [])
                headers = MutableScopeHeaders.from_message(message)
                headers["Content-Security-Policy"] = policy(origins())
                for name, value in HEADERS.items():
                    headers[name] = value
            await send(message)

        await app(scope, receive, send_with_headers)

    return wrapped
