"""Photos for the load: real JPEGs, each of which is new to the box."""

import os
from functools import cache
from io import BytesIO

from PIL import Image

TYPE = "image/jpeg"
_SIZE = (1280, 960)
_START = b"\xff\xd8"


def new() -> bytes:
    """A photo with a comment that no other has (segment COM, ITU T.81); the box takes that out again."""
    comment = os.urandom(32)
    segment = b"\xff\xfe" + (len(comment) + 2).to_bytes(2, "big") + comment
    return _START + segment + _photo().removeprefix(_START)


@cache
def _photo() -> bytes:
    made = BytesIO()
    Image.effect_noise(_SIZE, 40).convert("RGB").save(made, "JPEG", quality=70)
    return made.getvalue()
