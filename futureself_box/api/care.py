"""HTTP: what the household chooses about care. What was chosen is in /api/me."""

import msgspec
from litestar import Router, put

from futureself_box.api.parts import Parts
from futureself_box.errors import NotAllowed
from futureself_box.household import care_region
from futureself_box.household.care_region import Region
from futureself_box.household.devices import Credential


class Choice(msgspec.Struct, frozen=True):
    """What the owner chooses."""

    region: Region


@put("/care", sync_to_thread=True)
def change_care(parts: Parts, who: Credential, data: Choice) -> Choice:
    """Choose the country of the helplines; the owner's."""
    if who.role != "owner":
        raise NotAllowed
    care_region.choose(parts.vault.household, data.region)
    return data


router = Router("/api", route_handlers=[change_care])
