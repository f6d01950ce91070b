"""Turns tokens' bytes into text that can be handed out.

A token may end inside a character and a stop string may span tokens, so text is held back until
it is certain: no half character and no part of a stop string ever leaves.
"""

import codecs


class Detokenizer:
    """One answer's text as it grows; `stopped` once a stop string was met.

    `drop_space` is for vocabularies that put a space before every text (Llama.adds_space): the
    answer's first space is theirs, not the model's, and would be doubled in the next prompt.
    """

    def __init__(self, stop: tuple[str, ...] = (), *, drop_space: bool = False) -> None:
        self.stopped = False
        self._drop_space = drop_space
        self._stop = tuple(s for s in stop if s)
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._held = ""

    def feed(self, piece: bytes) -> str:
        """Take one token's bytes; give the text that became certain."""
        text = self._decoder.decode(piece)
        if self._drop_space and text:
            self._drop_space, text = False, text.removeprefix(" ")
        return self._release(text)

    def finish(self) -> str:
        """The answer is over: give what was held back. Half a character is dropped."""
        text, self._held = self._held, ""
        return text

    def _release(self, text: str) -> str:
        if self.stopped or not self._stop:
            return "" if self.stopped else text
        text = self._held + text
        found = [at for at in map(text.find, self._stop) if at >= 0]
        if found:
            self.stopped, self._held = True, ""
            return text[: min(found)]
        keep = max(_overlap(text, stop) for stop in self._stop)
        self._held = text[len(text) - keep :]
        return text[: len(text) - keep]


def _overlap(text: str, stop: str) -> int:
    """The length of the longest end of `text` that begins `stop`."""
    longest = min(len(text), len(stop) - 1)
    return next((n for n in range(longest, 0, -1) if text.endswith(stop[:n])), 0)
