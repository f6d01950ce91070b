"""What is known of the member is not said otherwise: years, ages, names and who is who."""

from datetime import date

import msgspec
import pytest

from futureself_box.futureself.future_memory import people
from futureself_box.futureself.guards import contradictions
from futureself_box.futureself.onboarding.answers import Facts
from futureself_box.records.kinds import Relation

FACTS = Facts(
    "Ada",
    date(2026, 11, 25),
    2051,
    1991,
    60,
    (Relation("Ben", "my brother"), Relation("Clara", "my friend")),
)
TOLD = ("Ben my brother", "Clara my friend", "A flat in Porto. Mum visits on Sundays.")


def against(sentence: str, facts: Facts = FACTS) -> str | None:
    return contradictions.contradicts(sentence, facts, lambda: people.words_in(TOLD))


@pytest.mark.parametrize(
    ("sentence", "what"),
    [
        ("I am 45 years old, and it suits me.", "age"),
        ("When I was 72 I moved to the hills.", "age"),
        ("Ich bin 45 Jahre alt.", "age"),
        ("J'ai 61 ans.", "age"),
        ("It is 2040 now.", "year"),
        ("In 2060 I learned to sail.", "year"),
        ("I was born in 1985.", "year"),
        ("Estamos en 2040.", "year"),
        ("My name is Sarah.", "people"),
        ("Ben, my husband, cooks.", "people"),
        ("Ben is our father.", "people"),
        ("My wife laughed at that.", "people"),
        ("We got married by the river.", "people"),
        ("Your little daughter sang.", "people"),
        ("I met Sofia by the sea.", "people"),
        ("Our friend Sarah came along.", "people"),
    ],
)
def test_what_contradicts_is_known(sentence: str, what: str) -> None:
    assert against(sentence) == what


@pytest.mark.parametrize(
    "sentence",
    [
        "I am 60 years old.",
        "I'm 10 minutes late.",
        "When I was 50 I moved.",
        "It is 2051 where I am.",
        "In 2040 I learned to sail.",
        "My name is on the list.",
        "Ben is your brother.",
        "I sang with Clara in Lisbon.",
        "My mother sat on the balcony.",
        "The children ran in the street.",
        "Were you 45 when that happened?",
        "Tengo 60 años.",
    ],
)
def test_what_is_so_or_open_is_shown(sentence: str) -> None:
    assert against(sentence) is None


def test_where_nothing_is_known_of_years_none_is_wrong() -> None:
    nobody = msgspec.structs.replace(FACTS, birth_year=None, age=None, people=())
    assert against("I am 45 years old, and it is 2040.", nobody) is None
