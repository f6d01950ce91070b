"""Cuts words that come in pieces into sentences, as soon as each one is whole.

A sentence is whole when the next one begins, so that "3.5" and "Dr. Meyer" stay in one piece. Put
together again, the sentences are the text.
"""

import re
from collections.abc import Iterator

_LONGEST = 600
"""In characters; what goes on without an end is cut at a blank."""

# Quotation marks and brackets; the ends of Chinese and Japanese sentences, which no blank follows.
_CLOSERS = "\"'\u201d\u2019\u00bb)\\]*_"
_WIDE = "\u3002\uff01\uff1f"
_END = re.compile(rf"(?:[.!?…]+[{_CLOSERS}]*(?=\s+\S)|[{_WIDE}]+[{_CLOSERS}]*|\n+(?=\S))\s*")
_NOT_AN_END = re.compile(
    r"(?:\b(?:Dr|Mr|Mrs|Ms|Prof|St|Sr|Sra|Mme|Nr|No|vs|etc|bzw|ca|ggf|usw|e\.g|i\.e|z\.\s?B|d\.\s?h"
    r"|[A-Z])|\b\d{1,2})\.\s*$"
)


class Sentences:
    """A text as it comes in."""

    def __init__(self) -> None:
        self._rest = ""

    def take(self, words: str) -> Iterator[str]:
        """More words; the sentences that became whole."""
        self._rest += words
        while (end := _first_end(self._rest)) is not None:
            sentence, self._rest = self._rest[:end], self._rest[end:]
            yield sentence

    def rest(self) -> str:
        """What is there of a sentence that has no end yet."""
        rest, self._rest = self._rest, ""
        return rest


def split(text: str) -> list[str]:
    """The sentences of a whole text, without the blanks between them.

    >>> split("Dr. Meyer left at 3.5 km. He ran! Did he?")
    ['Dr. Meyer left at 3.5 km.', 'He ran!', 'Did he?']
    """
    sentences = Sentences()
    found = [*sentences.take(text), sentences.rest()]
    return [sentence.strip() for sentence in found if sentence.strip()]


def _first_end(text: str) -> int | None:
    for found in _END.finditer(text):
        if text[: found.end()].strip() and not _NOT_AN_END.search(text[: found.end()]):
            return found.end()
    if len(text) <= _LONGEST:
        return None
    blank = text.rfind(" ", 0, _LONGEST)
    return blank + 1 if blank > 0 else _LONGEST
