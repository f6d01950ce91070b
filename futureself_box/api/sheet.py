"""HTTP: the owner makes the recovery sheet and proves it."""

from typing import Annotated

import msgspec
from litestar import Router, post
from msgspec import Meta

from futureself_box.api import wall_clock
from futureself_box.api.parts import Parts
from futureself_box.household.devices import Credential
from futureself_box.household.recovery_sheet import NewSheet


class Proof(msgspec.Struct, frozen=True):
    """The line that was asked for, typed back."""

    text: Annotated[str, Meta(max_length=64)]


@post("/", sync_to_thread=True)
def make_sheet(parts: Parts, who: Credential) -> NewSheet:
    """A new sheet, to print. It opens nothing before it is proven."""
    return parts.sheet.make(who)


@post("/proof", status_code=204, sync_to_thread=True)
def prove_sheet(parts: Parts, who: Credential, data: Proof) -> None:
    """From now on this sheet opens everything, and the one before it nothing."""
    parts.sheet.prove(who, data.text, wall_clock.now())


router = Router("/api/sheet", route_handlers=[make_sheet, prove_sheet])
