"""What the model reads for one turn: who it is, what was said, what was said last.

Laid out for the engine's prefix cache: the opening stays the same for weeks, the history grows only
at its end and is cut rarely and in big pieces, what was cut off is told in short before it, and what belongs to this turn alone stands in the last
message. The system role is not used: Mistral's templates move its text into the last message, and
the common prefix would be lost.
"""

from collections.abc import Sequence
from itertools import accumulate

from futureself_box.futureself.line import Line, quoted
from futureself_box.futureself.summaries.pieces import LONGEST, MESSAGES, Piece
from futureself_box.records.messages import Said

MOST_MESSAGES = 256
"""The longest history."""
# A cautious guess for many languages; a wrong one is mended by asking again with less history.
_CHARACTERS_A_TOKEN = 3
_EARLIER = 0.15  # of the room for history, always, so that the cut stays where it is
_TOLD = "Before, we talked as follows; in short, as it was said, which makes nothing of it a fact:"


def build(
    opening: Sequence[Line],
    before: Sequence[Said],
    last: str,
    *,
    offset: int,
    tokens: int,
    earlier: Sequence[Piece] = (),
    share: float = 1.0,
) -> list[Line]:
    """The prompt whose last message is `last`, in about so many tokens.

    `before` are the messages before it, oldest first, and `offset` the number of those that came
    before them; `earlier` tells of what was said before. `share` below 1 uses that part of the room
    for history.
    """
    room = characters(tokens)
    room -= sum(len(line.content) for line in opening) + len(last)
    for_earlier = int(room * share * _EARLIER)
    lengths = [len(said.message.text) for said in before]
    start = history_start(lengths, offset, int(room * share) - for_earlier)
    begins = before[start].clock if start < len(before) else None
    history = _alternating([*map(_line, before[start:]), Line("user", last)])
    return [*opening, *_told(earlier, begins, for_earlier), *history]


def characters(tokens: int) -> int:
    """About how many characters so many tokens are."""
    return tokens * _CHARACTERS_A_TOKEN


def history_start(lengths: Sequence[int], offset: int, room: int) -> int:
    """How many of the oldest messages to leave out, so that the others fit into `room` characters.

    `offset` is the number of messages before the first. The cut falls on every 16th message of the
    whole conversation, so that it stays where it is for many turns.
    """
    total, spent = sum(lengths), [0, *accumulate(lengths)]
    aligned = range(-offset % MESSAGES, len(lengths), MESSAGES)
    starts = [0, *aligned] if offset == 0 else list(aligned)
    return next((start for start in starts if total - spent[start] <= room), len(lengths))


def _told(earlier: Sequence[Piece], begins: int | None, room: int) -> list[Line]:
    """The newest pieces before the history, as many as fit; the same until the history is cut again."""
    lines: list[str] = []
    for piece in reversed([one for one in earlier if begins is None or one.last < begins]):
        line = f"- {piece.day.day} {piece.day:%B %Y}: {quoted(piece.text, most=LONGEST)}"
        room -= len(line)
        if room < 0:
            break
        if piece.text:
            lines.insert(0, line)
    if not lines:
        return []
    return [Line("user", "\n".join((_TOLD, *lines))), Line("assistant", "I remember.")]


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
