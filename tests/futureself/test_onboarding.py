"""What is asked of whom, and the facts among what was answered."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from futureself_box.futureself.onboarding import answers
from futureself_box.futureself.onboarding.questionnaire import (
    instruments,
    questionnaire,
    scores,
)
from futureself_box.records import kinds
from futureself_box.records.kinds import Answer, Relation

TODAY = date(2026, 11, 25)


def numbers(**given: int) -> dict[str, Answer]:
    return {name: Answer(name, 1, number=number) for name, number in given.items()}


def test_three_questions_come_first_and_every_name_can_be_kept() -> None:
    questions = questionnaire().questions
    assert sum(question.first for question in questions) == 3
    names = [question.name for question in questions]
    assert len(set(names)) == len(names)
    for name in names:
        kinds.check("answer", f'{{"question":"{name}","version":1}}', kinds.SCHEMA)


def test_children_are_asked_of_neither_love_nor_money_nor_traits() -> None:
    asked = {question.name for question in questionnaire(child=True).questions}
    assert {"hope_love", "hope_money"} & asked == set()
    assert {"hope", "people", "ordinary_day"} <= asked
    assert [one.name for one in instruments(child=True)] == ["closeness", "feelings"]


def test_the_mini_ipip_has_its_key() -> None:
    (traits,) = (one for one in instruments() if one.name == "traits")
    keyed = [(item.score, item.reversed) for item in traits.items]
    assert len(keyed) == 20
    for trait, reversed_items in (
        ("extraversion", 2),
        ("agreeableness", 2),
        ("conscientiousness", 2),
        ("neuroticism", 2),
        ("imagination", 3),
    ):
        assert keyed.count((trait, True)) == reversed_items
        assert keyed.count((trait, False)) == 4 - reversed_items
    assert not traits.shown


def test_scores_are_means_and_feelings_are_never_summed() -> None:
    (traits,) = (one for one in instruments() if one.name == "traits")
    rated = scores(traits, {"party": 5, "quiet": 2, "order": 4, "blue": 9, "unknown": 1})
    assert rated == {"extraversion": 4.5, "conscientiousness": 4.0}
    (feelings,) = (one for one in instruments() if one.name == "feelings")
    assert scores(feelings, {"anxious": 6, "relaxed": 2}) == {"anxious": 6.0, "relaxed": 2.0}


@pytest.mark.parametrize(
    ("given", "year", "age"),
    [
        (numbers(birth_year=1991, future_age=60), 2051, 60),
        (numbers(birth_year=1991), 2056, 65),
        (numbers(birth_year=2027, future_age=60), 2056, None),
        (numbers(birth_year=1200), 2056, None),
        (numbers(birth_year=1991, future_age=20), 2056, 65),
        (numbers(birth_year=1991, future_age=400), 2056, 65),
        (numbers(birth_year=1920, future_age=150), 2040, 120),
        (numbers(future_age=60), 2056, None),
        ({}, 2056, None),
    ],
)
def test_ages_and_years_add_up_or_are_left_out(
    given: dict[str, Answer], year: int, age: int | None
) -> None:
    known = answers.facts(given, "Ada", today=TODAY)
    assert (known.year, known.age) == (year, age)


def test_the_day_of_birth_counts_before_the_year_unless_it_is_to_come() -> None:
    given = numbers(birth_year=1980, future_age=70)
    exact = given | {"birth_day": Answer("birth_day", 1, day=date(1981, 3, 4))}
    assert answers.facts(exact, "Ada", today=TODAY).birth_year == 1981
    to_come = given | {"birth_day": Answer("birth_day", 1, day=date(2031, 3, 4))}
    assert answers.facts(to_come, "Ada", today=TODAY).birth_year == 1980


@given(
    st.integers(0, 9999) | st.none(), st.integers(0, 9999) | st.none(), st.dates(date(2024, 1, 1))
)
def test_the_future_self_is_always_older_and_never_too_old(
    born: int | None, age: int | None, today: date
) -> None:
    given = numbers(**{name: n for name, n in (("birth_year", born), ("future_age", age)) if n})
    known = answers.facts(given, "Ada", today=today)
    assert known.year > today.year
    if known.age is not None and known.birth_year is not None:
        assert known.birth_year + known.age == known.year


def test_the_digest_changes_with_what_is_told_and_with_nothing_else() -> None:
    home = {"home": Answer("home", 1, text="Porto")}
    first = answers.facts(home, "Ada", today=TODAY)
    before = answers.digest(home, first)
    hidden = home | {"low_point": Answer("low_point", 1, text="A winter")}
    later = answers.facts(hidden, "Ada", today=date(2027, 5, 1))
    assert answers.digest(hidden, later) == before
    people = home | {"people": Answer("people", 1, people=(Relation("Tom", "brother"),))}
    assert answers.digest(people, answers.facts(people, "Ada", today=TODAY)) != before
