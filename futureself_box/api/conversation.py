"""HTTP: the conversation so far, a page at a time."""

from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Router, get
from litestar.params import Parameter

from futureself_box.api.parts import Parts
from futureself_box.household.devices import Credential
from futureself_box.records import clock as clocks
from futureself_box.records import messages
from futureself_box.records.clock import ClockText
from futureself_box.records.kinds import Drawn
from futureself_box.records.messages import Outcome, Role, Said


class Line(msgspec.Struct, frozen=True):
    """One message. `written_at` is in milliseconds since 1970.

    A retry sends `id` and `revision` again as they are. Of a reply, `mode` spoke and `why` says what
    it was chosen for, `drew_on` what of the member's own words it was given; all are empty for messages
    and for replies of older releases.
    """

    id: UUID
    revision: UUID
    role: Role
    text: str
    written_at: int
    clock: ClockText
    answers: UUID | None
    outcome: Outcome
    mode: str = ""
    why: str = ""
    drew_on: tuple[Drawn, ...] = ()


class Page(msgspec.Struct, frozen=True):
    """Messages, oldest first; `more` says that there are older ones."""

    messages: list[Line]
    more: bool


@get("/conversation", sync_to_thread=True)
def show_conversation(
    parts: Parts,
    who: Credential,
    before: Annotated[str | None, Parameter(pattern="^[0-9a-f]{16}$")] = None,
    thread: UUID | None = None,
    limit: Annotated[int, Parameter(ge=1, le=200)] = 50,
) -> Page:
    """The newest messages of a conversation before a clock; without a thread, of the first one."""
    store = parts.vault.member(who.member)
    until = None if before is None else clocks.from_text(before)
    found = messages.page(store, before=until, limit=limit + 1, thread=thread)
    return Page(messages=[_line(said) for said in found[-limit:]], more=len(found) > limit)


def _line(said: Said) -> Line:
    return Line(
        id=said.id,
        revision=said.revision,
        role=said.message.role,
        text=said.message.text,
        written_at=said.written_at_ms,
        clock=clocks.to_text(said.clock),
        answers=said.message.answers,
        outcome=said.message.outcome,
        mode=said.message.mode,
        why=said.message.why,
        drew_on=said.message.drew_on,
    )


router = Router("/api", route_handlers=[show_conversation])
