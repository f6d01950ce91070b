"""The box process: opens the vault, builds the edge, serves until it is told to stop.

One of the few places that wire parts together.
"""

import errno
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import click
import structlog
import uvicorn
from litestar import Litestar
from litestar.di import Provide
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.types import ASGIApp

from futureself_box import __version__
from futureself_box.api import (
    conversation,
    credentials,
    frames,
    gateway,
    health,
    household,
    pages,
    problems,
    wall_clock,
)
from futureself_box.api.headers import with_headers
from futureself_box.api.origins import own_pages_only
from futureself_box.api.parts import Parts
from futureself_box.api.phones import Phones
from futureself_box.errors import PortTaken
from futureself_box.futureself.turns import Turns
from futureself_box.household import devices, members
from futureself_box.household.codes import Codes, Purpose
from futureself_box.inference.client import InferenceClient
from futureself_box.settings import Settings
from futureself_box.store.files import write_atomically
from futureself_box.store.vault import Vault

SETUP_CODE_FILE = "setup-code"
_MAX_BODY_BYTES = 64 * 1024
_STOP_S = 3

log = structlog.get_logger()


def run(settings: Settings) -> None:
    """Serve until SIGTERM. Raises a BoxError where the box can't start."""
    with _listen(settings.box.host, settings.box.port) as listening:
        vault = Vault(settings.data_path, settings.config_path)
        # uvicorn ends the process by the signal that it got, so the application closes the vault.
        # Around the whole application, so that what no route answers is guarded as well.
        guarded = with_headers(own_pages_only(build(settings, vault)))
        server = uvicorn.Server(_serving(guarded))
        server.run(sockets=[listening])


def build(settings: Settings, vault: Vault) -> Litestar:
    """The application around an open vault, which it closes at the end."""
    inference = InferenceClient(settings.inference_socket)
    parts = Parts(
        vault=vault,
        codes=Codes(_show_setup_code(settings)),
        turns=Turns(
            inference,
            context_tokens=settings.inference.context_tokens,
            reply_tokens=settings.inference.reply_tokens,
        ),
        phones=Phones(),
        inference=inference,
    )

    @asynccontextmanager
    async def lifespan(_: Litestar) -> AsyncIterator[None]:
        _start(settings, parts)
        try:
            yield
        finally:
            await parts.turns.aclose()
            await inference.aclose()
            vault.close()
            log.info("box_stopped")

    return Litestar(
        route_handlers=[
            household.router,
            conversation.router,
            health.router,
            pages.router,
            pages.files,
            gateway.phone_socket,
        ],
        dependencies={
            "parts": Provide(lambda: parts, sync_to_thread=False),
            "who": Provide(credentials.who, sync_to_thread=True),
        },
        exception_handlers=problems.handlers,
        lifespan=[lifespan],
        logging_config=None,
        request_max_body_size=_MAX_BODY_BYTES,
        openapi_config=OpenAPIConfig(
            title="Future Self Box", version=__version__, render_plugins=[JsonRenderPlugin()]
        ),
    )


def _start(settings: Settings, parts: Parts) -> None:
    household = parts.vault.household
    parts.vault.open_all([member.id for member in members.every(household)])
    devices.finish_revoking(parts.vault)
    url = f"http://localhost:{settings.box.port}"
    click.echo(f"\n  Future Self Box is at {url}")
    if not members.is_set_up(household):
        parts.codes.issue(Purpose(set_up=True))
    if not wall_clock.is_plausible():
        log.warning("clock_implausible", now=wall_clock.now().isoformat())
    log.info("box_started", port=settings.box.port, version=__version__)


def _show_setup_code(settings: Settings) -> Callable[[str | None], None]:
    path = settings.config_path / SETUP_CODE_FILE

    def show(code: str | None) -> None:
        if code is None:
            path.unlink(missing_ok=True)
            return
        write_atomically(path, f"{code}\n".encode())
        click.echo(f"  Set-up code: {code[:4]} {code[4:]}\n")

    return show


def _serving(application: ASGIApp) -> uvicorn.Config:
    return uvicorn.Config(
        application,
        loop="uvloop",
        ws="websockets-sansio",
        ws_max_size=frames.MAX_FRAME_BYTES,
        # Compression beside secrets tells of them by length (CRIME), and costs memory a phone.
        ws_per_message_deflate=False,
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=_STOP_S,
    )


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        if error.errno == errno.EADDRINUSE:
            raise PortTaken(f"Port {port} is in use by another program.") from error
        raise PortTaken(f"The box can't listen on {host}:{port}: {error.strerror}.") from error
    return listening
