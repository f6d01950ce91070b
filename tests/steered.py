"""A box whose clock a test turns, while everything else runs as at home."""

import math
import time
from datetime import UTC, datetime
from pathlib import Path


class SteeredClock:
    """The wall clock of a box that was started with these `variables`; it never goes back by itself."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "ahead"
        self.variables = {
            "PYTHONPATH": str(Path(__file__).parent / "steered_clock"),
            "STEERED_CLOCK": str(self._file),
            "TZ": "UTC",
        }
        self.turn_to(datetime(2031, 5, 6, 12, tzinfo=UTC))

    def turn_to(self, moment: datetime) -> None:
        """Let it be this moment, or less than a second later, from now on."""
        ahead = math.ceil(moment.timestamp() - time.time())
        part = self._file.with_suffix(".part")
        part.write_text(str(ahead))
        part.replace(self._file)
