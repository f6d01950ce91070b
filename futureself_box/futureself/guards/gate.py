"""Lets a reply through to the member one sentence at a time, and stops it at the first bad one.

What was let through stays; what comes after a bad sentence would build on it, so it is not read. A
sentence that only says again what was said is passed over.
"""

from collections.abc import Callable, Iterator, Sequence

from futureself_box.futureself.guards.sentences import Sentences
from futureself_box.futureself.languages.lexicon import fold

Check = Callable[[str], str | None]
"""Says why a sentence may not be shown."""

_LEAST_BLANKS = 3  # "Yes, I do." may be said twice


class Gate:
    """One reply on its way, of at most so many sentences; `told` is what the model was just told."""

    def __init__(self, checks: Sequence[Check], *, sentences: int, told: str = "") -> None:
        self._checks = checks
        self._said = fold(told)
        self._left = sentences
        self._coming = Sentences()
        self.shown = 0
        self.barred: str | None = None

    @property
    def closed(self) -> bool:
        """Whether nothing more gets through."""
        return self.barred is not None or self._left <= 0

    def take(self, words: str) -> Iterator[str]:
        """More words of the model; what of it may be shown."""
        for sentence in self._coming.take(words):
            yield from self._let_through(sentence)

    def end(self, *, whole: bool) -> Iterator[str]:
        """No more words come. A last sentence without its end is shown only where it is the first."""
        rest = self._coming.rest()
        if rest.strip() and (whole or not self.shown):
            yield from self._let_through(rest)

    def _let_through(self, sentence: str) -> Iterator[str]:
        if self.closed or self._is_said_again(sentence):
            return
        self.barred = next((why for check in self._checks if (why := check(sentence))), None)
        if self.barred is None:
            self._left -= 1
            self.shown += 1
            self._said += f"\n{fold(sentence)}"
            yield sentence

    def _is_said_again(self, sentence: str) -> bool:
        words = fold(sentence).strip(" .!,;:-")
        return words.count(" ") >= _LEAST_BLANKS and words in self._said
