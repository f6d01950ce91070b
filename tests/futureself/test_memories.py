"""Which questions ask for what the member lived or wrote, in five languages."""

from datetime import date

import pytest

from futureself_box.evaluation import flattery, modes, situations
from futureself_box.futureself import memories, situation

TODAY = date(2026, 11, 25)


def asks(text: str) -> bool:
    language = situation.read([text], hour=12).language
    return memories.asks(text, language, today=TODAY)


@pytest.mark.parametrize(
    "text",
    [
        "When did I last see the sea?",
        "And what was my first cat called?",
        "What is the name of my dentist?",
        "Did we go to Rome last year?",
        "Do you remember when I fell off the bike?",
        "Who is Pixel?",
        "Wo habe ich 2019 gewohnt?",
        "Wie heißt mein Zahnarzt?",
        "Où ai-je rencontré Paul ?",
        "¿Dónde conocí a Pablo?",
        "Dove ho conosciuto Paolo?",
    ],
)
def test_what_asks_for_the_past_is_known(text: str) -> None:
    assert asks(text)


@pytest.mark.parametrize(
    "text",
    [
        "Who am I?",
        "What have I become?",
        "What did I do wrong?",
        "How did I do today?",
        "Do you remember being thirty?",
        "When will I marry?",
        "Where did I live in 2050?",
        "Where did I put my keys.",
        "Was habe ich davon?",
        "Was wird aus mir?",
        "Que vais-je devenir ?",
        "¿Qué será de mí?",
        "Che ne sarà di me?",
    ],
)
def test_what_asks_for_something_else_is_not(text: str) -> None:
    assert not asks(text)


def test_nothing_of_the_other_sets_is_taken_for_it() -> None:
    said = [message for half in situations.HALVES for message in situations.messages(half)]
    said += modes.words().messages
    said += [one for pair in flattery.opinions_of_set().pairs for one in pair]
    assert [message for message in said if asks(message)] == []
