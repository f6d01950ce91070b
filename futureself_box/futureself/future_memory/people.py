"""Whom a line may speak of: those whom the member named, and nobody else by name or as family.

A name is a capital letter where English has none. That is strict: an unknown word at the beginning of
a sentence counts as a name too, and costs one more try.
"""

import re
from collections.abc import Iterable, Mapping

from futureself_box.futureself.future_memory.words import words
from futureself_box.futureself.languages.lexicon import fold, has
from futureself_box.futureself.onboarding.answers import Facts
from futureself_box.records.kinds import Answer, Relation

_WORD = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)?")
_ENDS = re.compile("[.!?…:]\\s*[\"'”\u2019)]*\\s*$")


def words_of(answers: Mapping[str, Answer], facts: Facts) -> frozenset[str]:
    """Every word that the member used, folded: what they told of may be spoken of."""
    texts = [facts.name]
    for answer in answers.values():
        people = (f"{one.name} {one.role}" for one in answer.people)
        texts += [answer.text, *answer.chosen, *people]
    return frozenset(word for text in texts for word in _words(text))


def strangers(text: str, known: frozenset[str]) -> list[str]:
    """The names in a line that the member never wrote."""
    found = []
    for match in _WORD.finditer(text):
        word = _stem(match.group())
        if not match.group()[0].isupper() or word in words().capitals or word in known:
            continue
        before = text[: match.start()]
        begins = not before.strip() or _ENDS.search(before)
        if not (begins and word in words().beginnings):
            found.append(match.group())
    return found


def unknown_family(text: str, known: frozenset[str], *, child: bool) -> bool:
    """Whether a line has family or love of which the member has not told; for a child, any love."""
    groups = words().groups
    told = {groups.get(word, word) for word in known}
    if any(groups[word] not in told for word in _words(text) if word in groups):
        return True
    return child and has(words().romance, fold(text))


def wrong_role(text: str, people: Iterable[Relation]) -> bool:
    """Whether a named person is said to be somebody else than the member told."""
    return any(_said_otherwise(fold(text), one) for one in people)


def _said_otherwise(folded: str, one: Relation) -> bool:
    groups, name = words().groups, re.escape(fold(one.name))
    told = {groups.get(word, word) for word in _words(one.role)}
    pairs = rf"(?:my|our) (?P<before>\w+),? {name}\b|\b{name},? (?:my|our) (?P<after>\w+)"
    said = [match["before"] or match["after"] for match in re.finditer(pairs, folded)]
    return any(groups[word] not in told for word in said if word in groups)


def _words(text: str) -> list[str]:
    return [_stem(match.group()) for match in _WORD.finditer(text[:8000])]


def _stem(word: str) -> str:
    return fold(word).removesuffix("'s")
