"""What a member decides between: it gets two balanced futures and a question, never one path.

Shown a single path, people take it; a balanced pair moves both ways (arXiv 2512.05397).
"""

from futureself_box.futureself.guards.sentences import split
from futureself_box.futureself.languages.lexicon import (
    Decisions,
    fold,
    has,
    lexicon,
    pattern,
    unfolded,
)
from futureself_box.futureself.line import plain

_MOST_CHARACTERS = 120
_MOST_WORDS = 24


def options(text: str, language: str) -> tuple[str, str] | None:
    """The two ways of a decision in a text, in the member's words; None where none is put.

    >>> options("I got an offer. Should I move to Lyon or stay here?", "en")
    ('move to Lyon', 'stay here')
    >>> options("Should I quit my job?", "en")
    ('quit my job', 'leave it as it is')
    >>> options("What should I eat?", "en")
    """
    words = lexicon(language).decisions
    for sentence in reversed(split(text)):
        start = _opening_end(words, fold(sentence))
        if start is not None:
            return _split(words, sentence, start)
    return None


def _opening_end(words: Decisions, folded: str) -> int | None:
    for match in pattern(words.openings).finditer(folded):
        before = folded[: match.start()].split()[-1:]
        if not has(words.not_after, " ".join(before)):
            return match.end() + 1
    return None


def _split(words: Decisions, sentence: str, start: int) -> tuple[str, str] | None:
    folded = fold(sentence)
    for between in (words.either, words.both):
        match = pattern(between).search(folded, start)
        if match and (between is words.either or "?" not in sentence):
            one = _option(unfolded(sentence, start, match.start()))
            other = _option(unfolded(sentence, match.end() + 1))
            return (one, other) if one and other else None
    one = _option(unfolded(sentence, start))
    return (one, words.otherwise) if one else None


def _option(words: str) -> str:
    option = words.strip(" .,;:!?\u00bf\u00a1\u2026")
    return plain(option, most=_MOST_CHARACTERS) if len(option.split()) <= _MOST_WORDS else ""
