"""Renders a chat template so that its own words can be told from those of the messages.

Each message is marked before it goes in, with a mark that nobody can guess, and the marks are taken
out of what comes out. A template that changes its messages is told by comparing with a plain
rendering; where marks don't survive at all, names of control tokens are broken up instead.
"""

import re
import secrets
from collections.abc import Iterable, Sequence

import msgspec

from futureself_box.errors import RequestInvalid
from futureself_box.inference.template import ChatTemplate, Message

_BREAK = "\u200b"  # of no width, and enough to make letters of a control token's name


class Parts(msgspec.Struct, frozen=True):
    """By turns the template's words and a message's; `shared` of them are nobody's own."""

    texts: tuple[str, ...]
    shared: int = 0


def render(
    template: ChatTemplate, messages: Sequence[Message], *, shared: int, controls: Iterable[str]
) -> Parts:
    """The prompt that asks for the next message. The first `shared` messages are the box's own.

    Raises RequestInvalid.
    """
    plain = template.render(messages)
    for said in (messages, [Message(m.role, m.content.strip()) for m in messages]):
        parts = _render_marked(template, said, shared)
        if "".join(parts.texts) == plain:
            return parts
    return Parts((template.render([_harmless(message, controls) for message in messages]),))


def between(template: ChatTemplate) -> str:
    """What the template writes between an answer and the next message; empty where it won't tell."""
    said = [Message(role, f"{role}-{secrets.token_hex(8)}") for role in ("user", "assistant")]
    after = Message("user", secrets.token_hex(8))
    try:
        prompt = template.render([*said, after])
    except RequestInvalid:
        return ""
    return prompt.partition(said[1].content)[2].partition(after.content)[0]


def _render_marked(template: ChatTemplate, messages: Sequence[Message], shared: int) -> Parts:
    mark = secrets.token_hex(8)
    marked = [
        Message(message.role, f"\ue000{mark}{index}\ue001{message.content}\ue002{mark}\ue003")
        for index, message in enumerate(messages)
    ]
    pattern = f"\ue000{mark}(\\d+)\ue001(.*?)\ue002{mark}\ue003"
    between = re.split(pattern, template.render(marked), flags=re.DOTALL)
    texts = [text for at, text in enumerate(between) if at % 3 != 1]
    foreign = (at for at, index in enumerate(between[1::3]) if int(index) >= shared)
    first = next(foreign, len(messages))
    return Parts(tuple(texts), 2 * first + 1)


def _harmless(message: Message, controls: Iterable[str]) -> Message:
    text = message.content
    for name in controls:
        text = text.replace(name, name[0] + _BREAK + name[1:])
    return Message(message.role, text)
