"""What goes against the answers and the life that the member approved: years, ages, and who is who.

A small model is sixty in one sentence and forty in the next, and gives a brother to somebody who has
none. All of that is known in code, so a sentence that says otherwise is not shown. Numbers are read
in five languages, people in English; what is asked is never a contradiction.
"""

import re
from collections.abc import Callable
from typing import Literal

from futureself_box.futureself.future_memory import people
from futureself_box.futureself.languages.lexicon import fold
from futureself_box.futureself.onboarding.answers import Facts

Against = Literal["age", "year", "people"]
Known = Callable[[], frozenset[str]]
"""The folded words of all that the member told; asked for only where a sentence needs it."""

_AGE_NOW = re.compile(
    r"\b(?:i am|i'm|i just turned) (?P<en>\d{1,3})(?= years? old\b| now\b| here\b|[.,;!]|$)"
    r"|\bich bin (?:jetzt |nun |heute )?(?P<de>\d{1,3})(?= jahre alt\b| jahre\b|[.,;!]|$)"
    r"|\bj'ai (?P<fr>\d{1,3}) ans\b|\btengo (?P<es>\d{1,3}) anos\b|\bho (?P<it>\d{1,3}) anni\b"
)
_AGE_THEN = re.compile(
    r"\b(?:when i was|when i turned|i turned|as i was) (?P<en>\d{1,3})\b(?! (?:%|minutes?|hours?|days?|weeks?|months?))"
    r"|\bals ich (?P<de>\d{1,3}) (?:war|wurde)\b|\bquand j'avais (?P<fr>\d{1,3}) ans\b"
    r"|\bcuando tenia (?P<es>\d{1,3}) anos\b|\bquando avevo (?P<it>\d{1,3}) anni\b"
)
_THIS_YEAR = re.compile(
    r"\b(?:it is|it's|the year is|this year is|we are in|es ist|wir haben|wir schreiben|nous sommes|on est"
    r"|c'est|estamos|es|siamo|e)(?: (?:now|already|the|jetzt|schon|das|jahr|en|in|el|ano|nel|il|l'annee|year)){0,3}"
    r" (?P<year>20\d\d|21\d\d)\b"
)
_BORN = re.compile(
    r"\b(?:i was|we were) born in (?P<en>\d{4})|\bich (?:bin|wurde) (?:im jahr )?(?P<de>\d{4}) geboren"
    r"|\bje suis nee? en (?P<fr>\d{4})|\bnaci en (?P<es>\d{4})|\bsono nat[oa] nel (?P<it>\d{4})"
)
_YEAR = re.compile(r"\b(?:20|21)\d\d\b")
_NAME = re.compile(
    r"\b(?:[Mm]y name is|[Ii]ch hei(?:ß|ss)e|[Jj]e m['\u2019]appelle|[Mm]e llamo|[Mm]i chiamo) (?P<name>[^\W\d_]+)"
)


def contradicts(sentence: str, facts: Facts, known: Known) -> Against | None:
    """What a sentence of a reply says otherwise than it is known."""
    if "?" in sentence:
        return None
    folded = fold(sentence)
    if _wrong_age(folded, facts):
        return "age"
    if _wrong_year(folded, facts):
        return "year"
    return "people" if _wrong_people(sentence, facts, known) else None


def _wrong_age(folded: str, facts: Facts) -> bool:
    if facts.age is None:
        return False
    now, then = _numbers(_AGE_NOW, folded), _numbers(_AGE_THEN, folded)
    return any(age != facts.age for age in now) or any(age > facts.age for age in then)


def _wrong_year(folded: str, facts: Facts) -> bool:
    if facts.age is None:  # then the model was told of no year either
        return False
    here, born = _numbers(_THIS_YEAR, folded), _numbers(_BORN, folded)
    later = any(int(year) > facts.year for year in _YEAR.findall(folded))
    other_birth = any(year != facts.birth_year for year in born)
    return later or other_birth or any(year != facts.year for year in here)


def _wrong_people(sentence: str, facts: Facts, known: Known) -> bool:
    called = _NAME.search(sentence)
    # "My name is on the list" names nobody.
    if called and called["name"][0].isupper() and fold(called["name"]) not in fold(facts.name):
        return True
    if people.wrong_role(sentence, facts.people):
        return True
    return people.may_be_invented(sentence) and people.invented(sentence, known())


def _numbers(pattern: re.Pattern[str], folded: str) -> list[int]:
    return [int(match[match.lastgroup or 0]) for match in pattern.finditer(folded)]
