"""What llama.cpp says while it loads a model: why it can't, and what it put on the GPU.

Its functions return nothing but success; only its log has the reason and the count of layers, so both are
read there. No prompt has been seen by then, so its words hold nobody's.
"""

import re

_OFFLOADED = re.compile(r"offloaded (\d+)/(\d+) layers to GPU")
_REASON = re.compile(r"error loading model: (.{1,200})")


class Loading:
    """What was said so far."""

    def __init__(self) -> None:
        self.reason = ""
        self.gpu_layers = 0

    def hear(self, text: str) -> None:
        """Take one line of the log."""
        if found := _OFFLOADED.search(text):
            self.gpu_layers = int(found[1])
        if found := _REASON.search(text):
            self.reason = found[1].strip()
