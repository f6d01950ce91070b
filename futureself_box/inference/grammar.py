"""Turns a JSON schema into a grammar of llama.cpp's, or refuses it.

llama-cpp-python converts; here is what keeps a schema from being unfolded into a grammar of any size.
"""

import math
import re
from typing import Any

import msgspec
from llama_cpp import llama_grammar

from futureself_box.errors import RequestInvalid

_MOST_BYTES = 32 * 1024
_MOST_GRAMMAR_BYTES = 256 * 1024
_MOST_REPEATS = 256
_LIMITS = ("minItems", "maxItems", "minLength", "maxLength")
_REPEATS = re.compile(r"\{\s*(\d*)\s*,?\s*(\d*)\s*\}")


def from_schema(schema: str) -> str:
    """The grammar whose texts are the JSON values that fit. Raises RequestInvalid."""
    if len(schema) > _MOST_BYTES:
        raise RequestInvalid("The response_format's schema is too large.")
    try:
        _check(msgspec.json.decode(schema), 0)
        grammar: str = llama_grammar.json_schema_to_gbnf(schema)
    except RequestInvalid:
        raise
    except Exception as error:
        # The converter has no error of its own: whatever it meets in a schema comes out as it is.
        raise RequestInvalid("The response_format's schema is not valid.") from error
    if len(grammar) > _MOST_GRAMMAR_BYTES:
        raise RequestInvalid("The response_format's schema is too large.")
    return grammar


def _check(schema: Any, depth: int) -> None:
    """Refuse what would unfold into something huge."""
    if depth > 32:
        raise RequestInvalid("The response_format's schema is too deep.")
    if isinstance(schema, list):
        for item in schema:
            _check(item, depth + 1)
    elif isinstance(schema, dict):
        pattern = schema.get("pattern")
        repeats = [schema[name] for name in _LIMITS if isinstance(schema.get(name), int)]
        if isinstance(pattern, str):
            found = (int(n) for pair in _REPEATS.findall(pattern[:4096]) for n in pair if n)
            repeats.append(math.prod(max(n, 1) for n in found) + len(pattern))
        if any(number > _MOST_REPEATS for number in repeats):
            raise RequestInvalid(
                f"The response_format's schema repeats more than {_MOST_REPEATS} times."
            )
        for value in schema.values():
            _check(value, depth + 1)
