"""What the model reads for one turn: who it is, what was said, what was said last.

Laid out for the engine's prefix cache: the opening stays the same for weeks, the history grows only
at its end and is cut rarely and in big pieces, and what belongs to this turn alone stands in the last
message. The system role is not used: Mistral's templates move its text into the last message, and
the common prefix would be lost.
"""

from collections.abc import Sequence
from itertools import accumulate

from futureself_box.futureself.line import Line
from futureself_box.records.messages import Said

MOST_MESSAGES = 256
"""The longest history."""
_PIECE = 16
# A cautious guess for many languages; a wrong one is mended by asking again with less history.
_CHARACTERS_A_TOKEN = 3


def build(
    opening: Sequence[Line],
    before: Sequence[Said],
    last: str,
    *,
    offset: int,
    tokens: int,
    share: float = 1.0,
) -> list[Line]:
    """The prompt whose last message is `last`, in about so many tokens.

    `before` are the messages before it, oldest first, and `offset` the number of those that came
    before them. `share` below 1 uses that part of the room for history.
    """
    room = characters(tokens)
    room -= sum(len(line.content) for line in opening) + len(last)
    start = history_start([len(said.message.text) for said in before], offset, int(room * share))
    return [*opening, *_alternating([*map(_line, before[start:]), Line("user", last)])]


def characters(tokens: int) -> int:
    """About how many characters so many tokens are."""
    return tokens * _CHARACTERS_A_TOKEN


def history_start(lengths: Sequence[int], offset: int, room: int) -> int:
    """How many of the oldest messages to leave out, so that the others fit into `room` characters.

    `offset` is the number of messages before the first. The cut falls on every 16th message of the
    whole conversation, so that it stays where it is for many turns.
    """
    total, spent = sum(lengths), [0, *accumulate(lengths)]
    aligned = range(-offset % _PIECE, len(lengths), _PIECE)
    starts = [0, *aligned] if offset == 0 else list(aligned)
    return next((start for start in starts if total - spent[start] <= room), len(lengths))


def _line(said: Said) -> Line:
    if said.message.role == "member":
        return Line("user", said.message.text)
    # As some of Mistral's templates and all its models' training do.
    return Line("assistant", said.message.text.strip())


def _alternating(said: Sequence[Line]) -> list[Line]:
    # Templates refuse two messages of one role in a row; unanswered ones are read as one.
    lines: list[Line] = []
    for line in said:
        if not line.content or (line.role == "assistant" and not lines):
            continue
        if lines and lines[-1].role == line.role:
            lines[-1] = Line(line.role, f"{lines[-1].content}\n\n{line.content}")
        else:
            lines.append(line)
    return lines
