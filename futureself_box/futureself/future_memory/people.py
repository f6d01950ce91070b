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
_OWN = re.compile(r"\b(?:my|our|your) (?P<who>\w+)(?: (?P<or_who>\w+))?", re.IGNORECASE)
_WED = re.compile(
    r"\b(?:i|we|you) (?:got |have |had |were |are |never )?(?P<who>married|engaged)\b",
    re.IGNORECASE,
)
_MET = re.compile(
    r"\b(?:named|called|met|married|with|told|asked|kissed|hugged|friend|colleague|neighbou?r|boss|teacher|partner"
    r"|wife|husband|brother|sister|son|daughter|uncle|aunt|cousin|mentor),? (?P<name>[A-Z][a-z]+)\b"
)
_ENDS = re.compile("[.!?…:]\\s*[\"'”\u2019)]*\\s*$")


def words_of(answers: Mapping[str, Answer], facts: Facts) -> frozenset[str]:
    """Every word that the member used, folded: what they told of may be spoken of."""
    texts = [facts.name]
    for answer in answers.values():
        people = (f"{one.name} {one.role}" for one in answer.people)
        texts += [answer.text, *answer.chosen, *people]
    return words_in(texts)


def words_in(texts: Iterable[str]) -> frozenset[str]:
    """Every word of these texts, folded."""
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


def may_be_invented(text: str) -> bool:
    """Whether a sentence speaks of somebody of one's own, or of somebody by name, at all."""
    return any(pattern.search(text) for pattern in (_OWN, _WED, _MET))


def invented(text: str, known: frozenset[str]) -> bool:
    """Whether it has family, a marriage or somebody's name of which the member has not told.

    Less strict than a line of a life: strangers may have children, and places any name.
    """
    groups, folded = words().groups, fold(text)
    told = {groups.get(word, word) for word in known}
    own = [
        who
        for pattern in (_OWN, _WED)
        for match in pattern.finditer(folded)
        for who in match.groups()
    ]
    if any(groups[word] not in told for word in own if word in groups):
        return True
    met = (fold(match["name"]) for match in _MET.finditer(text))
    return any(name not in known and name not in words().capitals for name in met)


def wrong_role(text: str, people: Iterable[Relation]) -> bool:
    """Whether a named person is said to be somebody else than the member told."""
    return any(_said_otherwise(fold(text), one) for one in people)


def _said_otherwise(folded: str, one: Relation) -> bool:
    groups, name = words().groups, re.escape(fold(one.name))
    told = {groups.get(word, word) for word in _words(one.role)}
    pairs = (
        rf"(?:my|our|your) (?P<before>\w+),? {name}\b"
        rf"|\b{name}(?:,| is| was)? (?:my|our|your) (?P<after>\w+)"
    )
    said = [match["before"] or match["after"] for match in re.finditer(pairs, folded)]
    return any(groups[word] not in told for word in said if word in groups)


def _words(text: str) -> list[str]:
    return [_stem(match.group()) for match in _WORD.finditer(text[:8000])]


def _stem(word: str) -> str:
    return fold(word).removesuffix("'s")
