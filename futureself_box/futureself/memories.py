"""What is remembered as a turn's last message tells it, and when the future self says that it doesn't.

A model that is asked for what nobody wrote makes something up, and the smaller it is the more surely.
So a question about the member's own past that memory can't answer is answered by a fixed sentence,
settled in code as other things are (decision 017). Small talk, feelings and the future are none.
"""

from collections.abc import Sequence
from datetime import date

from futureself_box.futureself.guards.sentences import split
from futureself_box.futureself.languages.lexicon import (
    CODES,
    Memory,
    fold,
    has,
    lexicon,
    pattern,
    unfolded,
)
from futureself_box.futureself.line import quoted
from futureself_box.futureself.recall import Passage
from futureself_box.futureself.recall.dates import read as read_times
from futureself_box.futureself.recall.passages import REPLY

_LONGEST_PASSAGE = 300
_MOST_WORDS_BEFORE = 2  # "And in what year did I move?"


NOTHING = (
    "From before I have written nothing of this: what was, you don't remember, and you say so."
)


def told(passages: Sequence[Passage]) -> str:
    """What was recalled, always as a quotation with its day."""
    if not passages:
        return ""
    lines = [_told(passage) for passage in passages]
    return "\n".join(("From before, to draw on where it fits, naming the day:", *lines))


def asks(message: str, language: str, *, today: date, at_hand: str = "") -> bool:
    """Whether a message asks for something that the member lived or wrote.

    Who somebody is that stands `at_hand`, in what the model reads anyhow, needs no memory.

    >>> asks("When did I last see the sea?", "en", today=date(2026, 11, 25))
    True
    >>> asks("What did you learn?", "en", today=date(2026, 11, 25))
    False
    """
    return any(
        _asks(words, sentence, today, fold(at_hand))
        for sentence in split(message)
        for words in _words(sentence, language)
    )


def may_ask(message: str, language: str) -> bool:
    """Whether it asks something that may have been, of whomever: then the model is told of nothing."""
    return any(
        "?" in sentence
        and _begins_as_question(words, fold(sentence))
        and not has(words.besides, fold(sentence))
        for sentence in split(message)
        for words in _words(sentence, language)
    )


def _told(passage: Passage) -> str:
    by = "you said" if passage.kind == REPLY else "I wrote"
    then = ", which is no longer so" if passage.history else ""
    day = f"{passage.day.day} {passage.day:%B %Y}"
    return f"- {day}, {by}{then}: {quoted(passage.text, most=_LONGEST_PASSAGE)}"


def _words(sentence: str, language: str) -> list[Memory]:
    """Those of the language; of every one, where a sentence is too short to say which it is in."""
    told = has(lexicon(language).common, fold(sentence))
    return [lexicon(code).memory for code in ((language,) if told else CODES)]


def _asks(words: Memory, sentence: str, today: date, at_hand: str) -> bool:
    folded = fold(sentence)
    if has(words.recalling, folded):
        return True
    windows = read_times(sentence, today).windows
    to_come = any(window.since > today for window in windows)
    if "?" not in sentence or has(words.besides, folded) or to_come:
        return False
    if not windows and not _begins_as_question(words, folded):
        return False
    return _is_own(words, folded) or _is_of_somebody(words, sentence, at_hand)


def _begins_as_question(words: Memory, folded: str) -> bool:
    first = pattern(words.questions).search(folded)
    return first is not None and len(folded[: first.start()].split()) <= _MOST_WORDS_BEFORE


def _is_own(words: Memory, folded: str) -> bool:
    if has(words.own, folded):
        return True
    return bool(words.own_if) and has(words.own_if, folded) and has(words.past, folded)


def _is_of_somebody(words: Memory, sentence: str, at_hand: str) -> bool:
    before_name = pattern(words.naming).search(fold(sentence))
    if before_name is None:
        return False
    name = unfolded(sentence, before_name.end() + 1).partition(" ")[0].strip("?!.,;:")
    return name[:1].isupper() and fold(name) not in at_hand
