"""What the lexicon makes of a text, sentence by sentence: signs of danger, and what they stand in."""

from collections.abc import Sequence
from typing import get_args

import msgspec

from futureself_box.futureself.care import spelling
from futureself_box.futureself.care.lexicon import lexicon
from futureself_box.futureself.care.meaning import Found, Meaning, Topic

SHORT_MESSAGE = 4
_NEGATED_WITHIN = 4
_TOPICS = frozenset(get_args(Topic))


class Sentence(msgspec.Struct, frozen=True):
    """One sentence: as it was written, its signs of danger, and the contexts that it names."""

    written: str
    signs: tuple[Meaning, ...] = ()
    context: frozenset[str] = frozenset()
    own: bool = False

    @property
    def framed(self) -> bool:
        """Whether it speaks of a game, a story, other people or long ago, and of nothing present."""
        if "earnest" in self.context:
            return False
        if self.context & {"past", "others"}:
            return "present" not in self.context or "well" in self.context
        return "frame" in self.context


def read(text: str) -> list[Sentence]:
    """The sentences of a text. In a short message they share their contexts."""
    sentences = [_sentence(written) for written in spelling.written_sentences(text)]
    if len(sentences) > SHORT_MESSAGE:
        return sentences
    shared = frozenset().union(*(one.context for one in sentences))
    return [msgspec.structs.replace(one, context=shared) for one in sentences]


def _sentence(written: str) -> Sentence:
    signs: list[Meaning] = []
    context: set[str] = set()
    own = False
    for words in spelling.sentences(written, lexicon().known):
        found = lexicon().tree.find(words)
        signs += _signs(words, found)
        context |= {one.meaning.sort for one in found if one.meaning.sort not in _TOPICS}
        own = own or bool(_FIRST_PERSON.intersection(words))
    return Sentence(written, tuple(dict.fromkeys(signs)), frozenset(context), own)


_FIRST_PERSON = frozenset(
    [
        "i",
        "im",
        "ive",
        "id",
        "ill",
        "me",
        "my",
        "myself",
        "mich",
        "mir",
        "ich",
        "mein",
        "meine",
        "je",
        "me",
        "moi",
        "mon",
        "ma",
        "jai",
        "yo",
        "mi",
        "io",
        "mi",
        "mio",
        "mia",
        "ik",
        "mij",
        "mijn",
        "eu",
        "meu",
        "minha",
    ]
)


def _signs(words: Sequence[str], found: Sequence[Found]) -> list[Meaning]:
    idioms = [one for one in found if one.meaning.sort == "idiom"]
    affirmed = [one for one in found if one.meaning.sort == "affirm"]
    return [
        one.meaning
        for one in found
        if one.meaning.sort in _TOPICS
        and not any(_overlap(one, idiom) for idiom in idioms)
        and not _negated(words, one, affirmed)
    ]


def _overlap(one: Found, other: Found) -> bool:
    return one.start < other.end and other.start < one.end


def _negated(words: Sequence[str], sign: Found, affirmed: Sequence[Found]) -> bool:
    """Whether a negation stands shortly before, in the same clause, and means what it says."""
    for at in range(sign.start - 1, max(-1, sign.start - 1 - _NEGATED_WITHIN), -1):
        if words[at] == spelling.CLAUSE:
            return False
        if words[at] in lexicon().tree.negations:
            return not any(one.start <= at < one.end for one in affirmed)
    return False
