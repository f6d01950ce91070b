"""Lets a reply through to the member one sentence at a time, and stops it at the first bad one.

What was let through stays; what comes after a bad sentence would build on it, so it is not read. A
sentence that only says again what was said is passed over, and so are one with a word that the mode
avoids, and questions where none may be asked; where one must be, the last place is kept for it.
"""

from collections.abc import Callable, Iterator, Sequence

from futureself_box.futureself.guards.sentences import Sentences
from futureself_box.futureself.languages.lexicon import fold, has
from futureself_box.futureself.modes.mode import Asks

Check = Callable[[str], str | None]
"""Says why a sentence may not be shown."""

_LEAST_BLANKS = 3  # "Yes, I do." may be said twice


class Gate:
    """One reply on its way, of at most so many sentences; `told` is what the model was just told."""

    def __init__(
        self,
        checks: Sequence[Check],
        *,
        sentences: int,
        told: str = "",
        asks: Asks = "maybe",
        avoids: tuple[str, ...] = (),
    ) -> None:
        self._checks = checks
        self._said = fold(told)
        self._left = sentences
        self._asks = asks
        self._avoids = avoids
        self._coming = Sentences()
        self.shown = 0
        self.barred: str | None = None
        self._asked = False

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
        if not self.shown and self.barred is None and self._asked:
            self.barred = "question"

    def spend(self) -> None:
        """Something of the box's own takes the place of one sentence."""
        self._left -= 1

    def _let_through(self, sentence: str) -> Iterator[str]:
        if self.closed or self._is_said_again(sentence) or not self._may_come(sentence):
            return
        self.barred = next((why for check in self._checks if (why := check(sentence))), None)
        if self.barred is None:
            self._left -= 1
            self.shown += 1
            self._said += f"\n{fold(sentence)}"
            yield sentence

    def _may_come(self, sentence: str) -> bool:
        if self._avoids and has(self._avoids, fold(sentence)):
            return False
        is_question = "?" in sentence
        if is_question and self._asks == "never":
            self._asked = True
            return False
        if self._asks == "always" and self._left == 1 and not (is_question or self._asked):
            self._left = 0
            return False
        self._asked = self._asked or is_question
        return True

    def _is_said_again(self, sentence: str) -> bool:
        words = fold(sentence).strip(" .!,;:-")
        return words.count(" ") >= _LEAST_BLANKS and words in self._said
