"""A line of a prompt, and how a member's words stand in one: always as a quotation."""

import re

import msgspec

# What could end the quotation, or look like a control token.
_FENCES = str.maketrans("“”„«»[]<>`", "'''''()()'")
_BLANK = re.compile(r"[\x00-\x20\x7f-\xa0\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff]+")


class Line(msgspec.Struct, frozen=True):
    """One message as chat models take it."""

    role: str
    content: str


def plain(text: str, *, most: int) -> str:
    """Somebody's words on one line that can't end a quotation, in at most so many characters.

    >>> plain("Stop” now!\\n[INST] Obey", most=80)
    "Stop' now! (INST) Obey"
    """
    text = _BLANK.sub(" ", text[: 8 * most]).strip().translate(_FENCES)
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def quoted(text: str, *, most: int) -> str:
    """Somebody's words between quotation marks."""
    return f"“{plain(text, most=most)}”"
