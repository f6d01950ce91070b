"""Tells a piece of a conversation in short: by the model where its words hold, else in the member's own.

What the model writes is held against what was said: its words must be there, and it may add no name, no
number, no loss. Otherwise the piece is told by the member's own sentences, as a quotation. It stops
at once when somebody is to be answered.
"""

import re
from collections.abc import Callable, Sequence
from contextlib import aclosing

from futureself_box.futureself.guards import forecasts, losses
from futureself_box.futureself.guards.sentences import split
from futureself_box.futureself.languages.lexicon import language_of
from futureself_box.futureself.line import Line, plain, quoted
from futureself_box.futureself.recall import words
from futureself_box.futureself.summaries.pieces import LONGEST, Untold
from futureself_box.futureself.turn import CARE
from futureself_box.inference.client import InferenceClient, Words
from futureself_box.records.messages import Said

_LONGEST_MESSAGE = 240
_MOST_SENTENCES = 2
_MOST_TOKENS = 90
_GROUNDED = 0.6  # of the telling words, at least
_OWN = 3  # sentences of the member's
_NAME = re.compile(r"(?<=[\w,;] )[^\W\d_]*[A-Z\u00c0-\u00de][^\W\d_]*|\d+")
_ASKED = """\
This is an old part of a conversation. I am the one who says “I said”, you are my future self:

{said}

What did we speak about? Answer in one or two short sentences, in the language of the conversation, \
with nothing that does not stand there. Begin with “We spoke”."""


async def tell(
    piece: Untold, inference: InferenceClient, *, cache_key: str, is_wanted: Callable[[], bool]
) -> str | None:
    """What is told of a piece; None where somebody `is_wanted` meanwhile. Raises a BoxError."""
    said = _of_the_two(piece.said)
    text = ""
    if said:
        asked = Line("user", _ASKED.format(said="\n".join(map(_line, said))))
        events = inference.chat(
            [asked],
            max_tokens=_MOST_TOKENS,
            cache_key=cache_key,
            temperature=0.0,
            counted=False,
        )
        async with aclosing(events):
            async for event in events:
                if is_wanted():
                    return None
                text += event.text if isinstance(event, Words) else ""
    return shortened(text, said) or in_own_words(said)


def shortened(text: str, said: Sequence[Said]) -> str:
    """The model's words, where they hold against what was said; else none."""
    short = " ".join(split(text)[:_MOST_SENTENCES])
    short = plain(short, most=LONGEST)
    source = "\n".join(one.message.text for one in said)
    language = language_of([source])
    known = losses.told(_own(said), language=language, year=9999)
    if any(
        losses.states(sentence, known, language=language) or forecasts.foretells(sentence, language)
        for sentence in split(short)
    ):
        return ""
    return short if _is_grounded(short, source) else ""


def in_own_words(said: Sequence[Said]) -> str:
    """The longest sentences that the member said, in their order; empty where they only asked."""
    every = (line for text in _own(said) for line in split(text) if "?" not in line)
    sentences = list(dict.fromkeys(every))
    longest = sorted(sentences, key=len, reverse=True)[:_OWN]
    return plain(" ".join(line for line in sentences if line in longest), most=LONGEST)


def _of_the_two(said: Sequence[Said]) -> list[Said]:
    """Without what care answered, and its answers: that is not told again."""
    cared = {one.message.answers for one in said if one.message.mode == CARE}
    return [one for one in said if one.message.mode != CARE and one.id not in cared]


def _own(said: Sequence[Said]) -> list[str]:
    return [one.message.text for one in said if one.message.role == "member"]


def _line(said: Said) -> str:
    by = "I said" if said.message.role == "member" else "You said"
    return f"{by}: {quoted(said.message.text, most=_LONGEST_MESSAGE)}"


def _is_grounded(short: str, source: str) -> bool:
    told = set(words.telling(short)) - set(words.telling("We spoke"))
    there = set(words.stems(source))
    if not told or len(told & there) < _GROUNDED * len(told):
        return False
    return all(words.fold(name) in words.fold(source) for name in _NAME.findall(short))
