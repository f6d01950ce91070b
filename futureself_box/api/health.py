"""HTTP: whether the box is ready, and what it runs on."""

import asyncio
from typing import Literal

import msgspec
from litestar import Response, Router, get
from litestar.openapi import ResponseSpec

from futureself_box import __version__
from futureself_box.api import wall_clock
from futureself_box.api.parts import Parts
from futureself_box.errors import BoxError, ModelStarting
from futureself_box.household import members
from futureself_box.household.devices import Credential
from futureself_box.inference.client import Endpoint

ClockState = Literal["ok", "implausible"]


class Ready(msgspec.Struct, frozen=True):
    """`ready` where all else is well; `store` and `inference` carry an error's code if not."""

    ready: bool
    store: str
    inference: str
    clock: ClockState


class Check(msgspec.Struct, frozen=True):
    """Which box this is. `time` is in milliseconds since 1970, `fingerprint` of its public key."""

    id: str | None
    time: int
    fingerprint: str


class Model(msgspec.Struct, frozen=True):
    """The language model in use. A starter is for trying the box only.

    `answers` says where members' words go to be answered.
    """

    name: str | None
    state: str
    starter: bool
    answers: Endpoint


class Status(msgspec.Struct, frozen=True):
    """What a member may know of the box."""

    version: str
    model: Model
    clock: ClockState


@get("/ready", responses={503: ResponseSpec(Ready, description="Not yet.")})
async def show_ready(parts: Parts) -> Response[Ready]:
    """For scripts and supervisors; 503 until the box can answer."""
    model, store = await asyncio.gather(_model(parts), asyncio.to_thread(_check_store, parts))
    clock = _clock()
    ready = Ready(
        ready=(model.state, store, clock) == ("ready", "ok", "ok"),
        store=store,
        inference=model.state,
        clock=clock,
    )
    return Response(ready, status_code=200 if ready.ready else 503)


@get("/check", sync_to_thread=False)
def show_check(parts: Parts) -> Response[Check]:
    """For the page on the join port: whoever can read this trusts the box."""
    check = Check(
        id=parts.box_id,
        time=wall_clock.now_ms(),
        fingerprint=parts.fingerprint.hex(),
    )
    return Response(check, headers={"Access-Control-Allow-Origin": "*"})


@get("/api/status")
async def show_status(parts: Parts, who: Credential) -> Status:
    """The box as its members see it."""
    return Status(version=__version__, model=await _model(parts), clock=_clock())


async def _model(parts: Parts) -> Model:
    answers = parts.inference.endpoint
    try:
        health = await parts.inference.health()
    except ModelStarting:
        return Model(name=None, state="down", starter=False, answers=answers)
    except BoxError as error:
        return Model(name=None, state=error.code, starter=False, answers=answers)
    return Model(health.model, health.status, health.starter, answers)


def _check_store(parts: Parts) -> str:
    try:
        for member in members.every(parts.vault.household):
            parts.vault.member(member.id)
    except BoxError as error:
        return error.code
    return "ok"


def _clock() -> ClockState:
    return "ok" if wall_clock.is_plausible() else "implausible"


router = Router("/", route_handlers=[show_ready, show_check, show_status])
