"""Goodbyes are known in seven languages, and what only has their words is none."""

import pytest

from futureself_box.evaluation import farewells as sets
from futureself_box.futureself.care import farewells


def test_all_200_goodbyes_are_known() -> None:
    assert len(set(sets.goodbyes())) == 200
    assert [said for said in sets.goodbyes() if farewells.leaving(said) is None] == []


def test_what_only_looks_like_one_is_none() -> None:
    assert [said for said in sets.look_alikes() if farewells.leaving(said) is not None] == []


@pytest.mark.parametrize(
    ("message", "leaving"),
    [
        ("Good night!", "plainly"),
        ("ok, I really have to go now, thanks", "plainly"),
        ("talk tomorrow?", "plainly"),
        ("Mum is calling, I have to go.", "with more"),
        ("ciao", "with more"),
        ("Bye! Oh, what was the name of that book?", None),
        ("ciao, come stai?", None),
        ("I have to stop drinking.", None),
        ("Good night. " * 50, None),
        ("", None),
        ("👋", None),
    ],
)
def test_a_clause_with_nothing_else_in_it_says_goodbye(message: str, leaving: str | None) -> None:
    assert farewells.leaving(message) == leaving


@pytest.mark.parametrize(
    ("message", "language"),
    [
        ("Tschüss!", "de"),
        ("À demain", "fr"),
        ("hasta mañana", "es"),
        ("A domani", "it"),
        ("Doei", "nl"),
        ("Tchau!", "pt"),
        ("Bye", "en"),
        ("Hm.", "xx"),
    ],
)
def test_the_language_is_that_of_the_goodbye(message: str, language: str) -> None:
    assert farewells.language_of(message, "xx") == language


@pytest.mark.parametrize("message", ["goodnight future me", "Bis morgen!", "i gtg"])
def test_an_everyday_goodbye_is_no_last_one(message: str) -> None:
    assert farewells.is_everyday(message)


@pytest.mark.parametrize(
    "message",
    [
        "Thank you for everything. Goodbye.",
        "Sorry. Good night.",
        "Adieu.",
        "Good night. He is gone.",
    ],
)
def test_what_a_last_goodbye_may_have_in_it_is_not_everyday(message: str) -> None:
    assert not farewells.is_everyday(message)
