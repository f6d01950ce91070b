"""Death, illness and parting of real people: said only where the member has said it.

The future self is imagined, and its word about a mother's death would be believed all the same. Two
lines of defence, both without a model: a question that asks for such a thing is answered by a fixed
sentence, and a sentence that states one is not shown.
"""

import re
from collections.abc import Iterable
from typing import Literal

import msgspec

from futureself_box.futureself.guards.sentences import split
from futureself_box.futureself.languages.lexicon import (
    CODES,
    Lexicon,
    fold,
    found,
    has,
    lexicon,
    pattern,
)

Kind = Literal["death", "illness", "parting"]
_KINDS: tuple[Kind, ...] = ("death", "illness", "parting")
# Most of what people write is about no loss; this looks once, where the rest would look many times.
_MAYBE = pattern(
    tuple(
        word
        for code in CODES
        for kind in (*_KINDS, "losing", "leaving")
        for word in getattr(lexicon(code).losses, kind)
    )
)
_YEAR = re.compile(r"\b(20[2-9]\d|21\d\d)\b")


class Loss(msgspec.Struct, frozen=True):
    """What happened, and to whom; an empty `who` is somebody who is not called by a relation."""

    kind: Kind
    who: str


def told(texts: Iterable[str], *, language: str, year: int) -> frozenset[Loss]:
    """The losses that a member has told of in these texts, as something that was before `year` ends."""
    return frozenset(
        loss
        for text in texts
        if _MAYBE.search(fold(text))
        for sentence in split(text)
        for words in _languages(sentence, language)
        if not _asked(words, sentence, year)
        for loss in _losses(words, fold(sentence))
        if has(words.losses.past, fold(sentence))
    )


def asked(message: str, known: frozenset[Loss], *, language: str, year: int) -> frozenset[Loss]:
    """The losses that a message asks for and that nobody has told of."""
    return frozenset(
        loss
        for sentence in split(message)
        for words in _languages(sentence, language)
        if _asked(words, sentence, year)
        for loss in (*_losses(words, fold(sentence)), *_fates(words, fold(sentence)))
        if not _is_known(loss, known)
    )


def states(sentence: str, known: frozenset[Loss], *, language: str) -> bool:
    """Whether a sentence of a reply says that somebody died, is ill or has parted, untold."""
    return any(
        not _is_known(loss, known)
        for words in _languages(sentence, language)
        if not has(words.losses.unsure, fold(sentence))
        for loss in _losses(words, fold(sentence))
    )


def _languages(sentence: str, language: str) -> list[Lexicon]:
    # That of the conversation, and those that the sentence may be in: names of illnesses are no
    # language's own.
    folded = fold(sentence)
    counts = {code: len(found(lexicon(code).common, folded)) for code in CODES}
    most = max(counts.values())
    return [lexicon(code) for code in CODES if counts[code] == most or code == language]


def _losses(words: Lexicon, folded: str) -> list[Loss]:
    people = found(words.losses.people, folded)
    kinds: list[Kind] = [kind for kind in _KINDS if has(getattr(words.losses, kind), folded)]
    losses = [Loss(kind, _one(who)) for kind in kinds for who in people]
    if not people:
        losses += [Loss(kind, "") for kind in kinds]
    if people and has(words.losses.leaving, folded):
        losses += [Loss("parting", _one(who)) for who in people]
    return losses + [Loss("death", _one(who)) for who in _lost(words, folded)]


def _fates(words: Lexicon, folded: str) -> list[Loss]:
    """Whose end a question is about that does not name it: "how long does my mother have"."""
    if not has(words.losses.fate, folded):
        return []
    return [Loss("death", _one(who)) for who in found(words.losses.people, folded)]


def _lost(words: Lexicon, folded: str) -> list[str]:
    """Whom somebody lost: "lost my mother", with at most two words between."""
    losing, people = pattern(words.losses.losing).pattern, pattern(words.losses.people).pattern
    lost = re.findall(rf"{losing}(?:\W+\w+){{0,2}}?\W+({people})", folded)
    return [str(who) for who in lost]


def _asked(words: Lexicon, sentence: str, year: int) -> bool:
    folded = fold(sentence)
    if any(int(named) > year for named in _YEAR.findall(folded)):
        return True
    if has(words.losses.mourning, folded) and not _speaks_of_the_future_self(words, folded):
        return False
    return "?" in sentence or has(words.losses.asking, folded)


def _speaks_of_the_future_self(words: Lexicon, folded: str) -> bool:
    asked = " ".join(found(words.losses.asking, folded))
    return has(_ADDRESS, asked)


def _is_known(loss: Loss, known: frozenset[Loss]) -> bool:
    # A pronoun may be whoever the member told of.
    return loss in known or (not loss.who and any(other.kind == loss.kind for other in known))


def _one(who: str) -> str:
    name = who.removesuffix("'s")
    return _SAME.get(name, name)


_ADDRESS = (
    *(
        "you*",
        "your*",
        "will*",
        "how do i die",
        "when do i die",
        "finish*",
        "complete*",
        "rate",
        "going to",
        "gonna",
        "our*",
        "tell*",
        "pretend*",
        "imagine*",
    ),
    *(
        "du*",
        "dein*",
        "wird*",
        "werde*",
        "hast",
        "bist",
        "weisst",
        "unser*",
        "stell",
        "sag",
        "erzahl*",
    ),
    *("tu", "ton", "ta", "tes", "as-tu", "es-tu", "va", "vont", "vais-je", "dis-moi", "raconte*"),
    *("tus", "has", "va a", "van a", "dime", "cuentame", "morira*", "tendra*"),
    *("tuo", "tua", "tuoi", "hai", "sei", "dimmi", "racconta*", "immagina*", "moriranno", "avra"),
)
_SAME = {
    name: names[0]
    for names in (
        ("mother", "mothers", "mum", "mummy", "mom", "mommy", "mutter", "mama", "mutti", "mere"),
        ("mother", "maman", "madre", "mamma"),
        ("father", "dad", "daddy", "vater", "vaters", "papa", "papas", "pere", "padre"),
        ("grandmother", "grandma", "granny", "nan", "grossmutter", "oma", "omas", "grand-mere"),
        ("grandmother", "mamie", "meme", "abuela", "nonna"),
        ("grandfather", "grandpa", "granddad", "grossvater", "opa", "opas", "grand-pere"),
        ("grandfather", "papi", "papy", "pepe", "abuelo", "nonno"),
    )
    for name in names
}
