"""The box process: opens the vault, builds the edge, serves until it is told to stop.

One of the few places that wire parts together.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from socket import socket

import click
import structlog
from litestar import Litestar
from litestar.di import Provide
from litestar.openapi import OpenAPIConfig
from litestar.types import ASGIApp

from futureself_box import __version__
from futureself_box.api import (
    archive,
    attachments,
    authority,
    backups,
    care,
    cloud,
    conversation,
    credentials,
    devices,
    doctor,
    entrance,
    gateway,
    health,
    invitations,
    join_port,
    letters,
    listeners,
    metrics,
    news,
    onboarding,
    pages,
    people,
    problems,
    records,
    sheet,
    vitals,
    wall_clock,
)
from futureself_box.api.headers import with_headers
from futureself_box.api.listeners import EVERYWHERE, Listener
from futureself_box.api.openapi import Document
from futureself_box.api.origins import LOCAL_NAMES, own_pages_only
from futureself_box.api.parts import Parts
from futureself_box.api.phones import Phones
from futureself_box.api.pushes import Pushes
from futureself_box.doctor.recorder import Recorder
from futureself_box.errors import ModelServerNotAgreed
from futureself_box.futureself import answering
from futureself_box.futureself.care.hearing import Hearing
from futureself_box.futureself.care.watch import Watch
from futureself_box.futureself.keeper import Keeper
from futureself_box.futureself.turns import Turns
from futureself_box.household import devices as household_devices
from futureself_box.household import leaving, members
from futureself_box.household.codes import Tries
from futureself_box.household.invitations import Invitations
from futureself_box.household.recovery_sheet import RecoverySheet
from futureself_box.household.setup_code import SetUpCode, Shown
from futureself_box.inference import client
from futureself_box.inference.client import Endpoint
from futureself_box.lan import qr
from futureself_box.lan.presence import Presence
from futureself_box.records import erasing, listing
from futureself_box.settings import Lan, Settings
from futureself_box.store.files import write_atomically
from futureself_box.store.keyhole import Keyhole
from futureself_box.store.vault import Vault

SETUP_CODE_FILE = "setup-code"
_MAX_BODY_BYTES = 64 * 1024

log = structlog.get_logger()


def run(settings: Settings) -> None:
    """Serve until SIGTERM. Raises a BoxError where the box can't start."""
    lan = settings.lan
    local = listeners.bind([settings.box.host], settings.box.port, "FUTURESELF_BOX_PORT")
    phones, join = _bind_lan(lan) if lan.enabled else ((), ())
    vault = Vault(settings.data_path, settings.config_path)
    presence = Presence(vault.household, lan, now=wall_clock.now) if lan.enabled else None
    # uvicorn ends the process by the signal that it got, so the application closes the vault.
    application = _guarded(build(settings, vault, presence), presence)
    others = []
    if presence is not None:
        others.append(Listener(phones, application, presence.context))
        others.append(Listener(join, join_port.build(presence)))
    listeners.serve(Listener(local, application), others)


def build(settings: Settings, vault: Vault, presence: Presence | None) -> Litestar:
    """The application around an open vault, which it closes at the end."""
    inference = client.connect(settings)
    watch = Watch(inference, settings.data_path)
    turns = Turns(inference, answering.limits(settings), watch)
    phones = Phones()
    parts = Parts(
        vault=vault,
        setup_code=SetUpCode(_show_setup_code(settings, presence)),
        invitations=Invitations(),
        sheet=RecoverySheet(vault),
        tries=Tries(),
        turns=turns,
        memory=Keeper(
            lambda: vault.open_stores, inference, is_busy=lambda member: bool(turns.running(member))
        ),
        watch=watch,
        hearing=Hearing(
            lambda: vault.open_stores,
            watch,
            is_child=lambda member: members.get(vault.household, member).role == "child",
            tell=lambda store: news.tell(phones, store),
        ),
        phones=phones,
        pushes=Pushes(),
        recorder=Recorder(vault.household),
        inference=inference,
        presence=presence,
        settings=settings,
    )

    @asynccontextmanager
    async def lifespan(_: Litestar) -> AsyncIterator[None]:
        keyhole = await asyncio.to_thread(Keyhole, settings.box_socket, vault.unlock)
        _start(settings, parts)
        beside = {
            asyncio.create_task(_be_found(parts)),
            asyncio.create_task(watch.prepare()),
            asyncio.create_task(news.hear(settings.news_socket, parts)),
            asyncio.create_task(parts.memory.run()),
            asyncio.create_task(parts.hearing.run()),
            asyncio.create_task(vitals.record(parts)),
        }
        try:
            yield
        finally:
            for task in beside:
                task.cancel()
            await asyncio.wait(beside)
            await parts.turns.aclose()
            await inference.aclose()
            await asyncio.to_thread(keyhole.close)
            vault.close()
            log.info("box_stopped")

    return Litestar(
        route_handlers=[
            entrance.router,
            invitations.router,
            people.router,
            sheet.router,
            devices.router,
            conversation.router,
            care.router,
            records.router,
            letters.router,
            onboarding.router,
            archive.router,
            backups.router,
            doctor.router,
            cloud.router,
            attachments.router,
            health.router,
            metrics.router,
            authority.router,
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
            title="Future Self Box", version=__version__, render_plugins=[Document()]
        ),
    )


def _bind_lan(lan: Lan) -> tuple[tuple[socket, ...], tuple[socket, ...]]:
    return (
        listeners.bind(EVERYWHERE, lan.port, "FUTURESELF_LAN_PORT"),
        listeners.bind(EVERYWHERE, lan.join_port, "FUTURESELF_LAN_JOIN_PORT"),
    )


def _guarded(application: Litestar, presence: Presence | None) -> ASGIApp:
    # Around the whole application, so that what no route answers is guarded as well.
    if presence is None:
        return with_headers(own_pages_only(application))
    return with_headers(
        own_pages_only(
            application,
            hosts=lambda: LOCAL_NAMES | presence.hosts,
            origins=lambda: presence.origins,
        ),
        origins=lambda: presence.origins,
    )


def _start(settings: Settings, parts: Parts) -> None:
    household = parts.vault.household
    leaving.finish_removing(parts.vault)
    everyone = [member.id for member in members.every(household)]
    refused = parts.vault.open_all(everyone)
    for member in everyone:
        if member not in refused:
            store = parts.vault.member(member)
            listing.ensure(store)
            erasing.sweep(store, wall_clock.now_ms())
    parts.vault.remove_older_sheets(everyone)
    household_devices.finish_revoking(parts.vault)
    click.echo(f"\n  Future Self Box is at http://localhost:{settings.box.port}")
    for origin in parts.origins:
        click.echo(f"                         {origin}")
    if not members.is_set_up(household):
        parts.setup_code.issue()
    _say_where_words_go(parts.inference.endpoint)
    if not wall_clock.is_plausible():
        log.warning("clock_implausible", now=wall_clock.now().isoformat())
    log.info("box_started", port=settings.box.port, version=__version__)


def _say_where_words_go(endpoint: Endpoint) -> None:
    if endpoint.place == "box":
        return
    if not endpoint.agreed:
        click.echo(f"  {ModelServerNotAgreed()}\n  Until then nobody gets an answer.\n", err=True)
        log.warning(ModelServerNotAgreed.code, host=endpoint.host)
        return
    click.echo(f"\n  What is said to the future self goes to {endpoint.host}.")
    log.info("model_server_in_use", host=endpoint.host, place=endpoint.place)
    if not endpoint.encrypted:
        click.echo("  It is readable on the way: inference.url begins with http, not https.")
        log.warning("model_server_unencrypted", host=endpoint.host)


async def _be_found(parts: Parts) -> None:
    if parts.presence is not None:
        await parts.presence.run(pairing=lambda: parts.invitations.waiting)


def _show_setup_code(
    settings: Settings, presence: Presence | None
) -> Callable[[Shown | None], None]:
    path = settings.config_path / SETUP_CODE_FILE

    def show(shown: Shown | None) -> None:
        if shown is None:
            path.unlink(missing_ok=True)
            return
        write_atomically(path, f"{shown.code}\n".encode())
        click.echo(f"  Set-up code: {shown.code[:4]} {shown.code[4:]}\n")
        url = presence and presence.join_url(None, f"s={shown.secret}")
        if url:
            click.echo(qr.as_text(url))
            click.echo("  Or point a phone's camera here.\n")

    return show
