"""What a member answered, and the plain facts in it.

Answers are records (`answer`), so they may be old, contradict each other or be nonsense: a birth in
the future, an age of four hundred, fifty thousand characters. What is not possible is left out here.
"""

import hashlib
from collections.abc import Mapping
from datetime import date

import msgspec

from futureself_box.futureself.onboarding.questionnaire import instruments, scores, told
from futureself_box.records import kinds, revisions
from futureself_box.records.kinds import Answer, Measure, Relation
from futureself_box.store.vault import MemberStore

_OLDEST = 115
_FARTHEST = 80
_OLDEST_FUTURE = 120
_MOST_PEOPLE = 12
DISTANCE = 30
"""How many years the future self is away where nobody said."""


class Facts(msgspec.Struct, frozen=True):
    """What is known for sure: from these, years and ages are reckoned.

    `age` is that of the future self, who lives in `year`; None where no year of birth is known.
    """

    name: str
    today: date
    year: int
    birth_year: int | None = None
    age: int | None = None
    people: tuple[Relation, ...] = ()


def read(store: MemberStore) -> dict[str, Answer]:
    """The answers by question; what was skipped is left out."""
    given: dict[str, Answer] = {}
    for revision in revisions.shown(store, "answer"):
        answer = kinds.decode("answer", revision.body or "")
        if isinstance(answer, Answer):
            given[answer.question] = answer
    return {name: answer for name, answer in given.items() if not answer.skipped}


def facts(
    answers: Mapping[str, Answer], name: str, *, today: date, birth_year: int | None = None
) -> Facts:
    """The facts among the answers; `birth_year` is what the household knows."""
    born = _birth_year(answers, today) or _possible_year(birth_year, today)
    asked = _number(answers, "future_age")
    if born is None:
        return Facts(name, today, today.year + DISTANCE, people=_people(answers))
    now = today.year - born
    most = min(now + _FARTHEST, _OLDEST_FUTURE)
    age = asked if asked is not None and now < asked <= most else min(now + DISTANCE, most)
    return Facts(name, today, born + age, born, age, _people(answers))


def digest(answers: Mapping[str, Answer], facts: Facts) -> str:
    """What a life is imagined from, as a hash: the same answers, the same hash."""
    kept = sorted((n, a) for n, a in answers.items() if n in told() or n == "future_age")
    known = (kept, facts.name, facts.birth_year)
    return hashlib.sha256(msgspec.json.encode(known, order="sorted")).hexdigest()[:32]


def traits(store: MemberStore) -> dict[str, float]:
    """The newest scores of the Mini-IPIP; only ever asked for an adult."""
    (instrument,) = (one for one in instruments() if one.name == "traits")
    for revision in reversed(revisions.shown(store, "measure")):
        measure = kinds.decode("measure", revision.body or "")
        if isinstance(measure, Measure) and measure.instrument == instrument.name:
            return scores(instrument, measure.ratings)
    return {}


def _birth_year(answers: Mapping[str, Answer], today: date) -> int | None:
    exact = answers.get("birth_day")
    if exact is not None and exact.day is not None and exact.day <= today:
        return _possible_year(exact.day.year, today)
    return _possible_year(_number(answers, "birth_year"), today)


def _possible_year(year: int | None, today: date) -> int | None:
    return year if year is not None and today.year - _OLDEST <= year <= today.year else None


def _number(answers: Mapping[str, Answer], question: str) -> int | None:
    answer = answers.get(question)
    return None if answer is None else answer.number


def _people(answers: Mapping[str, Answer]) -> tuple[Relation, ...]:
    answer = answers.get("people")
    named = () if answer is None else answer.people
    return tuple(person for person in named if person.name.strip())[:_MOST_PEOPLE]
