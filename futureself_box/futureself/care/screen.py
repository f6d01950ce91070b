"""Whether an answer about one's life speaks of danger: then it is for the member alone.

No model reads such an answer, in no prompt and out of no memory. By the lexicon, without the head, so
that it holds at once and everywhere. What was judged is known by a hash, never by its words.
"""

from hashlib import blake2b

from futureself_box.futureself.care import reading, recogniser

_LONGEST = 20_000
_MOST = 1000
_judged: dict[bytes, bool] = {}


def speaks_of_danger(text: str) -> bool:
    """Whether care would answer it in place of the future self."""
    mark = blake2b(text.encode(), digest_size=16).digest()
    if mark not in _judged:
        if len(_judged) >= _MOST:
            _judged.clear()
        verdict = recogniser.assess(reading.read(text[:_LONGEST]))
        _judged[mark] = verdict.tier >= recogniser.CONCERN
    return _judged[mark]
