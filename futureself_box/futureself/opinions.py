"""An opinion is turned into a question before it is answered, against flattery.

Models agree with whoever speaks with conviction, and more so the smaller they are. Putting the
statement as a question works better than telling them not to flatter (arXiv 2602.23971).
"""

import re

from futureself_box.futureself.guards.sentences import split
from futureself_box.futureself.languages.lexicon import fold, lexicon, pattern, unfolded
from futureself_box.futureself.line import plain

_MOST_CHARACTERS = 300
_LEAST_WORDS = 2


def as_question(text: str, language: str) -> str:
    """The text, followed by its last opinion as a question; the text alone where it has none."""
    claim = opinion(text, language)
    if not claim:
        return text
    question = lexicon(language).opinions.question.format(claim=plain(claim, most=_MOST_CHARACTERS))
    return f"{text}\n\n{question}"


def opinion(text: str, language: str) -> str:
    """What a text holds to be so, without "I think that"; empty where it asks or only tells.

    >>> opinion("Well. I'm sure that my boss hates me.", "en")
    'my boss hates me'
    """
    frames = pattern(lexicon(language).opinions.frames).pattern
    for sentence in reversed(split(text)):
        found = re.search(rf"{frames}[\s,:]*", fold(sentence))
        if found is None or "?" in sentence:
            continue
        claim = unfolded(sentence, found.end()).strip(" .!,;:")
        if len(claim.split()) >= _LEAST_WORDS:
            return claim
    return ""
