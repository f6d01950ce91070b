"""Files of labelled messages: one a line, under headings that say what the lines below are.

## en | suicide 3 | teen | chat | teen talk
## safe
"""

from collections.abc import Iterator
from typing import Literal, TypeAlias, get_args

import msgspec

from futureself_box.futureself.care.meaning import Tier, Topic

Audience: TypeAlias = Literal["adult", "teen", "child"]
Channel: TypeAlias = Literal["chat", "journal"]


class Labelled(msgspec.Struct, frozen=True):
    """One message and what it is; `kind` says what it tries."""

    text: str
    topic: Topic | None
    tier: Tier
    language: str = "en"
    audience: Audience = "adult"
    channel: Channel = "chat"
    kind: str = ""


def lines(text: str) -> Iterator[Labelled]:
    """The messages of a file, in its order."""
    heading = Labelled("", None, 0)
    for line in map(str.strip, text.splitlines()):
        if line.startswith("## "):
            heading = _heading(line[3:])
        elif line and not line.startswith("#"):
            yield msgspec.structs.replace(heading, text=line)


def _heading(line: str) -> Labelled:
    words = {
        "language": "en",
        "topic": None,
        "tier": 0,
        "audience": "adult",
        "channel": "chat",
        "kind": "",
    }
    for part in map(str.strip, line.split("|")):
        first, *rest = part.split()
        if first in get_args(Topic):
            words |= {"topic": first, "tier": int(rest[0])}
        elif part in get_args(Audience):
            words["audience"] = part
        elif part in get_args(Channel):
            words["channel"] = part
        elif len(part) == 2:
            words["language"] = part
        elif part != "safe":
            words["kind"] = part
    return msgspec.convert(words | {"text": ""}, Labelled)
