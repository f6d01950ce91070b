"""The plain HTTP port that a new phone comes to first: it hands out the certificate, and no more.

Anybody on the network can read what is here, and somebody in between can replace it. So nothing here
is private: no API, no token, no name of a member, and an invitation's secret stays in the phone,
behind the # of the address. The page looks by itself whether the phone trusts the box by now.
"""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

import msgspec
from litestar import Litestar, Request, Response, get
from litestar.datastructures import MutableScopeHeaders
from litestar.di import NamedDependency, Provide
from litestar.handlers import HTTPRouteHandler
from litestar.types import ASGIApp, Message, Receive, Scope, Send

import futureself_box
from futureself_box.api import problems, wall_clock
from futureself_box.api.headers import HEADERS
from futureself_box.api.origins import own_pages_only
from futureself_box.errors import FrameInvalid
from futureself_box.lan import profile
from futureself_box.lan.presence import Presence

Box = NamedDependency[Presence]
Time = NamedDependency[int]

_TYPES = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
}
_WEB = Path(futureself_box.__file__).parent / "web"
_NAME = "Future Self Box"
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
# A picture carries its own colours, and nothing that runs.
_PICTURE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"


class Where(msgspec.Struct, frozen=True):
    """What the page needs to know.

    `time` is in milliseconds since 1970, `fingerprint` the SHA-256 of the authority's certificate.
    """

    id: str
    name: str
    time: int
    fingerprint: str
    host: str
    port: int
    join_port: int
    addresses: tuple[str, ...]


class Check(msgspec.Struct, frozen=True):
    """Which box answers; `fingerprint` is the SHA-256 of its public key."""

    id: str
    time: int
    fingerprint: str


def build(presence: Presence, now: Callable[[], datetime] = wall_clock.now) -> ASGIApp:
    """The application of the join port. Its addresses are those that `presence` has at the time."""
    application = Litestar(
        route_handlers=[
            show_where,
            show_check,
            show_profile,
            show_certificate,
            _showing(_read_files()),
        ],
        dependencies={
            "presence": Provide(lambda: presence, sync_to_thread=False),
            "time": Provide(lambda: int(now().timestamp() * 1000), sync_to_thread=False),
        },
        exception_handlers=problems.handlers,
        logging_config=None,
        openapi_config=None,
    )
    guarded = own_pages_only(_reading_only(application), hosts=lambda: presence.hosts)
    return _with_headers(guarded, presence)


@get("/where", sync_to_thread=False)
def show_where(presence: Box, time: Time, request: Request[Any, Any, Any]) -> Where:
    """Who the box is and where it is."""
    return Where(
        id=presence.identity.id,
        name=_NAME,
        time=time,
        fingerprint=profile.fingerprint(presence.identity).hex(),
        host=presence.host_name,
        port=_port(presence.origins[0]),
        join_port=_port(str(request.base_url)),
        addresses=tuple(str(address) for address in presence.addresses),
    )


@get("/check", sync_to_thread=False)
def show_check(presence: Box, time: Time) -> Response[Check]:
    """Whoever can read this by the box's name resolves it."""
    check = Check(id=presence.identity.id, time=time, fingerprint=presence.fingerprint.hex())
    return Response(check, headers={"Access-Control-Allow-Origin": "*"})


@get("/future-self-box.mobileconfig", sync_to_thread=False)
def show_profile(presence: Box) -> Response[bytes]:
    """The authority's certificate as iPhones take it."""
    return Response(
        profile.mobileconfig(presence.identity), media_type="application/x-apple-aspen-config"
    )


@get("/future-self-box.crt", sync_to_thread=False)
def show_certificate(presence: Box) -> Response[bytes]:
    """The authority's certificate as everything else takes it."""
    return Response(profile.certificate(presence.identity), media_type="application/x-x509-ca-cert")


def _read_files() -> dict[str, tuple[bytes, str]]:
    """The page's files by their paths, with their types; a path that is not here leads nowhere."""
    own = {f"/{path.relative_to(_WEB)}": path for path in (_WEB / "join").rglob("*.*")}
    shared = {f"/web/{name}": _WEB / name for name in ("base.css", "icon.svg")}
    paths = {"/": own.pop("/join/index.html")} | own | shared
    return {at: (path.read_bytes(), _TYPES[path.suffix]) for at, path in paths.items()}


def _showing(files: dict[str, tuple[bytes, str]]) -> HTTPRouteHandler:
    @get(sorted(files), sync_to_thread=False)
    def show_file(request: Request[Any, Any, Any]) -> Response[bytes]:
        content, media_type = files[request.url.path.rstrip("/") or "/"]
        return Response(content, media_type=media_type)

    return show_file


def _port(url: str) -> int:
    return urlsplit(url).port or 80


def _reading_only(app: ASGIApp) -> ASGIApp:
    """Middleware that refuses every method but GET and HEAD.

    HEAD is answered as GET; the server leaves the body out.
    """

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        if scope.get("method", "GET") in {"GET", "HEAD"}:
            await app(cast("Scope", {**scope, "method": "GET"}), receive, send)
            return
        request: Request[Any, Any, Any] = Request(scope, receive)
        refused = problems.problem(FrameInvalid("This page can only be read."), status=405)
        await refused.to_asgi_response(None, request)(scope, receive, send)

    return wrapped


def _with_headers(app: ASGIApp, presence: Presence) -> ASGIApp:
    """Middleware that adds the headers of this port, to errors too."""

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        policy = _policy(scope, presence)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message.setdefault("headers", [])
                headers = MutableScopeHeaders.from_message(message)
                headers["Content-Security-Policy"] = policy
                for name, value in HEADERS.items():
                    headers[name] = value
            await send(message)

        await app(scope, receive, send_with_headers)

    return wrapped


def _policy(scope: Scope, presence: Presence) -> str:
    if scope.get("path", "").endswith(".svg"):
        return _PICTURE_POLICY
    server = scope.get("server") or ("", 80)
    checked = " ".join(_source(origin) for origin in presence.origins)
    return f"{_POLICY}; connect-src 'self' http://{presence.host_name}:{server[1]} {checked}"


def _source(origin: str) -> str:
    # A policy can't name an IPv6 address (CSP Level 3, host-source), only a port of any host.
    return f"https://*:{_port(origin)}" if "[" in origin else origin
