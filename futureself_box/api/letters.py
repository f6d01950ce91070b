"""HTTP: asking the future self to answer a letter now. The answer comes as a record, `letter`."""

from uuid import UUID

from litestar import Router, get, post

from futureself_box.api import wall_clock
from futureself_box.api.parts import Parts
from futureself_box.futureself import letters
from futureself_box.futureself.letters import AnswerOrder
from futureself_box.household.devices import Credential
from futureself_box.store import bell


@get("/letters/{record:uuid}/answer", sync_to_thread=True)
def show_letter_answer(parts: Parts, who: Credential, record: UUID) -> AnswerOrder:
    """How far the answer to a letter is that was asked for last, or came due."""
    return letters.standing(parts.vault.household, who.member, record)


@post("/letters/{record:uuid}/answer", status_code=202, sync_to_thread=True)
def order_letter_answer(parts: Parts, who: Credential, record: UUID) -> AnswerOrder:
    """Ask the future self to answer a letter that is not sealed; it comes as a record, imagined."""
    wall_clock.check()
    now = wall_clock.now()
    letters.find(parts.vault.member(who.member), record, now.astimezone().date())
    order = letters.place(parts.vault.household, who.member, record, now=now)
    bell.ring(parts.settings.worker_socket)
    return order


router = Router("/api", route_handlers=[show_letter_answer, order_letter_answer])
