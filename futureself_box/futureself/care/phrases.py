"""Finds thousands of phrases in a sentence at once: a tree whose branches are words, classes and gaps.

A class is a tree of its own, walked once for each place.
"""

from collections.abc import Iterator, Sequence

from futureself_box.futureself.care import spelling
from futureself_box.futureself.care.meaning import Found, Meaning

_GAP = 3


class Node:
    """What may come next in some phrases, and what those that end here mean."""

    __slots__ = ("beginnings", "classes", "gap", "meanings", "number", "start", "words")

    def __init__(self) -> None:
        self.words: dict[str, Node] | None = None
        self.beginnings: dict[str, Node] | None = None
        self.classes: dict[str, Node] | None = None
        self.gap: Node | None = None
        self.number: Node | None = None
        self.start: Node | None = None
        self.meanings: list[Meaning] = []


class Tree:
    """All phrases of the lexicon and the classes that they use; `negations` end a gap."""

    def __init__(self) -> None:
        self.root = Node()
        self.classes: dict[str, Node] = {}
        self.negations: set[str] = set()

    def opens(self, name: str, word: str) -> bool:
        """Whether a phrase of a class may begin with a word; most can't, and are not walked."""
        node = self.classes[name]
        only_words = not (node.beginnings or node.classes or node.gap or node.number or node.start)
        return not only_words or word in (node.words or ())

    def find(self, words: Sequence[str]) -> list[Found]:
        """Every phrase in a sentence: the longest of each meaning from each word on."""
        walk = _Walk(self, words)
        found: list[Found] = []
        for start in range(len(words)):
            ends: dict[Meaning, int] = {}
            for node, end in walk.from_node(self.root, start):
                for meaning in node.meanings:
                    ends[meaning] = max(end, ends.get(meaning, 0))
            found += [Found(meaning, start, end) for meaning, end in ends.items()]
        return found


class _Walk:
    """One sentence, with what the classes took at each of its words."""

    def __init__(self, tree: Tree, words: Sequence[str]) -> None:
        self._tree = tree
        self._words = words
        self._taken: dict[tuple[str, int], list[int]] = {}

    def from_node(self, node: Node, at: int) -> Iterator[tuple[Node, int]]:
        """Each node below that has meanings, with the place behind its phrase."""
        if node.meanings:
            yield node, at
        for following, end in self._steps(node, at):
            yield from self.from_node(following, end)

    def _steps(self, node: Node, at: int) -> Iterator[tuple[Node, int]]:
        if node.gap is not None:
            for end in self._gap(at):
                yield node.gap, end
        if node.start is not None and (at == 0 or self._words[at - 1] == spelling.CLAUSE):
            yield node.start, at
        if at == len(self._words):
            return
        if node.classes is not None:
            for name, following in node.classes.items():
                for end in self._class(name, at):
                    yield following, end
        yield from self._words_of(node, at)

    def _words_of(self, node: Node, at: int) -> Iterator[tuple[Node, int]]:
        word = self._words[at]
        if node.words is not None and (following := node.words.get(word)) is not None:
            yield following, at + 1
        if node.beginnings is not None:
            for length in range(2, len(word) + 1):
                if (following := node.beginnings.get(word[:length])) is not None:
                    yield following, at + 1
        if node.number is not None and word.isdecimal():
            yield node.number, at + 1

    def _class(self, name: str, at: int) -> Sequence[int]:
        if not self._tree.opens(name, self._words[at]):
            return ()
        taken = self._taken.get((name, at))
        if taken is None:
            ends = {end for _, end in self.from_node(self._tree.classes[name], at)}
            taken = self._taken[name, at] = sorted(ends)
        return taken

    def _gap(self, at: int) -> Iterator[int]:
        for end in range(at, min(len(self._words), at + _GAP) + 1):
            yield end
            if end < len(self._words) and self._closes(self._words[end]):
                return

    def _closes(self, word: str) -> bool:
        return word == spelling.CLAUSE or word in self._tree.negations
