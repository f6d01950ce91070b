"""What the box says apart from the conversation, in the words of the app; the terminal is in English."""

from collections.abc import Iterator
from pathlib import Path

import msgspec

import futureself_box
from futureself_box.api.frames import Reminder

_FILE = Path(futureself_box.__file__).parent / "web" / "care" / "words" / "en.json"


class _Words(msgspec.Struct, frozen=True):
    program: str
    people: str
    check_in: str
    pause: str = msgspec.field(name="break")


def told(frame: Reminder) -> Iterator[str]:
    """A sentence or two for each kind."""
    words = msgspec.json.decode(_FILE.read_bytes(), type=_Words)
    for kind in frame.kinds:
        yield words.pause if kind == "break" else getattr(words, kind)
