"""HTTP: what the household chooses about care, and what care says beside what somebody wrote."""

from typing import Annotated

import msgspec
from litestar import Router, post, put
from msgspec import Meta

from futureself_box.api.parts import Parts
from futureself_box.errors import NotAllowed
from futureself_box.futureself.care import words
from futureself_box.household import care_region
from futureself_box.household.care_region import Region
from futureself_box.household.devices import Credential


class Choice(msgspec.Struct, frozen=True):
    """What the owner chooses."""

    region: Region


class Written(msgspec.Struct, frozen=True):
    """Words that somebody wrote for themselves, such as an answer about a hard time."""

    text: Annotated[str, Meta(max_length=50_000)]


class Beside(msgspec.Struct, frozen=True):
    """What stands beside them: the box's fixed words and the way to people who help, or nothing."""

    words: str


@post("/care/look", status_code=200)
async def look(parts: Parts, who: Credential, data: Written) -> Beside:
    """Whether words speak of danger. They are neither kept nor counted, and nobody else is told."""
    child = who.role == "child"
    verdict = await parts.watch.assess(
        data.text, audience="child" if child else "adult", channel="journal"
    )
    return Beside(words.beside(verdict, words.language_of(data.text), child=child))


@put("/care", sync_to_thread=True)
def change_care(parts: Parts, who: Credential, data: Choice) -> Choice:
    """Choose the country of the helplines; the owner's."""
    if who.role != "owner":
        raise NotAllowed
    care_region.choose(parts.vault.household, data.region)
    return data


router = Router("/api", route_handlers=[change_care, look])
