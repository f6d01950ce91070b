"""Our own lexicon: phrases by what they mean, in plain files that anyone can read and correct.

The files lie in web/care/lexicon. A line is one of

    = want: want to | wanna       a class of phrases, used in this file as {want}
    [suicide 2 sure]              what the lines below mean: a topic with tier and grade, or a context
    {i} ~ {want} die              a phrase
    # a remark

In a phrase, a/b is one of several words, suicid* any ending, word? or {class?} may be left out, ~ is a
gap of up to three words without a comma or a negation, ^ the beginning of a clause, <n> a number. The
class `not` holds the negations.
"""

from collections.abc import Iterator
from functools import cache
from itertools import product
from typing import Literal, NamedTuple

from futureself_box.futureself.care import spelling
from futureself_box.futureself.care.meaning import Meaning
from futureself_box.futureself.care.phrases import Node, Tree

_OPTION = Meaning("")  # of the phrases of a class, which mean nothing by themselves
LANGUAGES = ("en", "de", "fr", "es", "it", "nl", "pt")


class Lexicon(NamedTuple):
    """The phrases of all languages at once, since people mix them, and every word in them."""

    tree: Tree
    known: frozenset[str]


@cache
def lexicon() -> Lexicon:
    """The lexicon that the box ships."""
    return compiled(
        {name: (spelling.FOLDER / f"{name}.txt").read_text("utf-8") for name in LANGUAGES}
    )


def compiled(files: dict[str, str]) -> Lexicon:
    """One lexicon of several files' texts; a class belongs to its file."""
    tree, known = Tree(), set[str]()
    for language, text in files.items():
        meaning = Meaning("")
        for line in _lines(text):
            if line.startswith("="):
                name, _, options = line[1:].partition(":")
                own = tree.classes.setdefault(f"{language} {name.strip()}", Node())
                for option in options.split("|"):
                    _grow(tree, own, option, _OPTION, language, known)
            elif line.startswith("["):
                meaning = _meaning(line)
            else:
                _grow(tree, tree.root, line, meaning, language, known)
        if (negations := tree.classes.get(f"{language} not")) is not None:
            tree.negations |= (negations.words or {}).keys()
    return Lexicon(tree, frozenset(known))


def _lines(text: str) -> Iterator[str]:
    for line in map(str.strip, text.splitlines()):
        if line and not line.startswith("#"):
            yield line


def _meaning(heading: str) -> Meaning:
    sort, *graded = heading.strip("[]").split()
    return Meaning(sort, int(graded[0]), graded[1] == "sure") if graded else Meaning(sort)


def _grow(
    tree: Tree, root: Node, phrase: str, meaning: Meaning, language: str, known: set[str]
) -> None:
    for parts in product(*map(_with_and_without, phrase.split())):
        first, *others = filter(None, parts)
        nodes = [_next(root, option, language, known) for option in first.split("/")]
        for part in others:
            named = _choice(tree, part, language, known)
            nodes = [_next(node, named, language, known) for node in nodes]
        for node in nodes:
            if meaning not in node.meanings:
                node.meanings.append(meaning)


def _with_and_without(part: str) -> tuple[str, ...]:
    if part.endswith("?}"):
        return (part[:-2] + "}", "")
    return (part[:-1], "") if part.endswith("?") else (part,)


def _choice(tree: Tree, part: str, language: str, known: set[str]) -> str:
    """The name of a class for a part that is one of several words; any other part as it is."""
    if "/" not in part:
        return part
    name = f"{language} {part}"
    if name not in tree.classes:
        tree.classes[name] = Node()
        for option in part.split("/"):
            _grow(tree, tree.classes[name], option, _OPTION, language, known)
    return f"{{{part}}}"


def _next(node: Node, option: str, language: str, known: set[str]) -> Node:
    if option == "~":
        node.gap = node.gap or Node()
        return node.gap
    if option == "^":
        node.start = node.start or Node()
        return node.start
    if option == "<n>":
        node.number = node.number or Node()
        return node.number
    if option.startswith("{"):
        return _child(node, "classes", f"{language} {option[1:-1]}")
    if option.endswith("*"):
        return _child(node, "beginnings", _plain(option[:-1]))
    word = _plain(option)
    known.add(word)
    return _child(node, "words", word)


def _child(node: Node, branch: Literal["words", "beginnings", "classes"], name: str) -> Node:
    children: dict[str, Node] | None = getattr(node, branch)
    if children is None:
        children = {}
        setattr(node, branch, children)
    return children.setdefault(name, Node())


def _plain(word: str) -> str:
    return next(iter(spelling.sentences(word, ())))[0]
