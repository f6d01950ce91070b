"""Loaded by schemathesis (tests/api/test_openapi.py): now and then it asks for what is there.

Of its own it would only ever make up ids, and never get past "not found".
"""

import json
import os
from typing import Any

import schemathesis

KNOWN: dict[str, dict[str, str]] = json.loads(os.environ["KNOWN_PARAMETERS"])


@schemathesis.hook
def map_path_parameters(context: Any, path_parameters: dict[str, Any] | None) -> Any:
    """Every second time, by the id that was made up, one that exists."""
    known = KNOWN.get(context.operation.path)
    if known and path_parameters and sum(str(path_parameters).encode()) % 2:
        return path_parameters | known
    return path_parameters
