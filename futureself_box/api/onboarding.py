"""HTTP: what the member is asked, and asking for an imagined life. Both come out as records."""

from typing import Annotated

import msgspec
from litestar import Router, get, post
from msgspec import Meta

from futureself_box.api import wall_clock
from futureself_box.api.parts import Parts
from futureself_box.futureself.future_memory import orders
from futureself_box.futureself.future_memory.orders import Order
from futureself_box.futureself.onboarding import answers, questionnaire
from futureself_box.futureself.onboarding.questionnaire import Instrument, Questionnaire
from futureself_box.household import members
from futureself_box.household.devices import Credential
from futureself_box.store import bell


class Questions(msgspec.Struct, frozen=True):
    """The questionnaire and the instruments, as far as they are for this member."""

    questionnaire: Questionnaire
    instruments: tuple[Instrument, ...]


class Wish(msgspec.Struct, frozen=True):
    """Which of the lives that could follow from the answers."""

    variation: Annotated[int, Meta(ge=0, le=1000)] = 0


class Imagining(msgspec.Struct, frozen=True):
    """How far a life is, and a digest of the answers as they are now; a life keeps that of its own."""

    order: Order
    answers: str


@get("/questionnaire", sync_to_thread=True)
def show_questionnaire(who: Credential) -> Questions:
    """Every question. A phone keeps it, to ask with no network."""
    child = who.role == "child"
    return Questions(
        questionnaire.questionnaire(child=child), questionnaire.instruments(child=child)
    )


@get("/future-memory", sync_to_thread=True)
def show_imagining(parts: Parts, who: Credential) -> Imagining:
    """How far the life is that was asked for last."""
    return _imagining(parts, who, orders.standing(parts.vault.household, who.member))


@post("/future-memory", status_code=202, sync_to_thread=True)
def order_future_memory(parts: Parts, who: Credential, data: Wish) -> Imagining:
    """Ask for a life; it comes as a record, `future_memory`, for the member to correct and approve."""
    wall_clock.check()
    now_ms = wall_clock.now_ms()
    order = orders.place(parts.vault.household, who.member, data.variation, now_ms=now_ms)
    bell.ring(parts.settings.worker_socket)
    return _imagining(parts, who, order)


def _imagining(parts: Parts, who: Credential, order: Order) -> Imagining:
    given = answers.read(parts.vault.member(who.member))
    member = members.get(parts.vault.household, who.member)
    today = wall_clock.now().astimezone().date()
    facts = answers.facts(given, who.name, today=today, birth_year=member.birth_year)
    return Imagining(order, answers.digest(given, facts))


router = Router("/api", route_handlers=[show_questionnaire, show_imagining, order_future_memory])
