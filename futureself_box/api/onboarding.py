"""HTTP: what the member is asked. The answers are records like all others."""

import msgspec
from litestar import Router, get

from futureself_box.futureself.onboarding import questionnaire
from futureself_box.futureself.onboarding.questionnaire import Instrument, Questionnaire
from futureself_box.household.devices import Credential


class Questions(msgspec.Struct, frozen=True):
    """The questionnaire and the instruments, as far as they are for this member."""

    questionnaire: Questionnaire
    instruments: tuple[Instrument, ...]


@get("/", sync_to_thread=True)
def show_questionnaire(who: Credential) -> Questions:
    """Every question. A phone keeps it, to ask with no network."""
    child = who.role == "child"
    return Questions(
        questionnaire.questionnaire(child=child), questionnaire.instruments(child=child)
    )


router = Router("/api/questionnaire", route_handlers=[show_questionnaire])
