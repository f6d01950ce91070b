"""What the model reads for one turn: who it is, what was said, what was said last.

Laid out for the engine's prefix cache: the opening (persona.py) stays the same for weeks, the history
grows only at its end and is cut rarely and in big pieces. The system role is not used: Mistral's templates
move its text into the last message, and the common prefix would be lost.
"""

from collections.abc import Sequence
from datetime import date
from itertools import accumulate

from futureself_box.futureself import persona
from futureself_box.futureself.line import Line
from futureself_box.records import messages
from futureself_box.records.messages import Said
from futureself_box.store.vault import MemberStore

_MOST_MESSAGES = 256
_PIECE = 16
# A cautious guess for many languages; a wrong one is mended by asking again with less history.
_CHARACTERS_A_TOKEN = 3


def build(
    store: MemberStore,
    name: str,
    message: Said,
    *,
    today: date,
    child: bool,
    prompt_tokens: int,
    share: float = 1.0,
) -> list[Line]:
    """The prompt that ends with `message`, in about so many tokens.

    `share` below 1 uses that part of the room for history.
    """
    room = prompt_tokens * _CHARACTERS_A_TOKEN
    opening = persona.opening(store, name, today=today, child=child, room=room // 2)
    room -= sum(len(line.content) for line in opening) + len(message.message.text)
    before, offset = messages.page_with_offset(store, before=message.clock, limit=_MOST_MESSAGES)
    start = history_start([len(said.message.text) for said in before], offset, int(room * share))
    return [*opening, *_alternating([*before[start:], message])]


def history_start(lengths: Sequence[int], offset: int, room: int) -> int:
    """How many of the oldest messages to leave out, so that the others fit into `room` characters.

    `offset` is the number of messages before the first. The cut falls on every 16th message of the
    whole conversation, so that it stays where it is for many turns.
    """
    total, spent = sum(lengths), [0, *accumulate(lengths)]
    aligned = range(-offset % _PIECE, len(lengths), _PIECE)
    starts = [0, *aligned] if offset == 0 else list(aligned)
    return next((start for start in starts if total - spent[start] <= room), len(lengths))


def _alternating(said: Sequence[Said]) -> list[Line]:
    # Templates refuse two messages of one role in a row; unanswered ones are read as one.
    lines: list[Line] = []
    for entry in said:
        role = "user" if entry.message.role == "member" else "assistant"
        text = entry.message.text
        if role == "assistant":
            text = text.strip()  # as some of Mistral's templates and all its models' training do
        if not text or (role == "assistant" and not lines):
            continue
        if lines and lines[-1].role == role:
            lines[-1] = Line(role, f"{lines[-1].content}\n\n{text}")
        else:
            lines.append(Line(role, text))
    return lines
