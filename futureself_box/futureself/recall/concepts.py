"""What else a question's word may be called: near synonyms, and the words of other languages.

A small table of what diaries are about. It makes words found where the writer chose others, and tells
a question about what the journal never mentions from one in other words.
"""

from collections import defaultdict
from functools import cache
from importlib.resources import files

from futureself_box.futureself.recall import words


def others(stem: str) -> frozenset[str]:
    """The stems of the words in the groups of this one, without itself.

    >>> "dog" in others(words.stem("puppy")), others("zebra")
    (True, frozenset())
    """
    return _groups().get(stem, frozenset()) - {stem}


@cache
def _groups() -> dict[str, frozenset[str]]:
    text = files("futureself_box.futureself.recall").joinpath("concepts.txt").read_text("utf-8")
    found: defaultdict[str, set[str]] = defaultdict(set)
    for line in text.splitlines():
        if not line.startswith("#"):
            group = set(map(words.stem, line.split()))
            for stem in group:
                found[stem] |= group
    return {stem: frozenset(group) for stem, group in found.items()}
