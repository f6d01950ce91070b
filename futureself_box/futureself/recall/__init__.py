"""Memory: what the member wrote, found by words, meaning and time when it answers what they ask."""

from futureself_box.futureself.recall.passages import Passage, Recalled
from futureself_box.futureself.recall.remembering import recall

__all__ = ["Passage", "Recalled", "recall"]
