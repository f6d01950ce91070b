"""The models that the box knows by name: where each comes from and what its file must be.

The list is models/catalogue.toml at the top of a clone; a wheel carries it beside this file.
"""

from functools import cache
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from futureself_box.errors import ModelUnknown

Role = Literal["language", "embeddings"]
Tier = Literal["starter", "former", "small", "medium", "large"]
STARTER, FORMER = "starter", "former"
_FILE = "catalogue.toml"

_Word = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
_Count = Annotated[int, Meta(gt=0)]


class Wheel(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A Python package that carries a model; `member` is the model's path inside."""

    package: _Word
    version: _Word
    member: Annotated[str, Meta(min_length=1)]
    download_bytes: _Count


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One model. It comes from a wheel or, under an Ollama name, from a store or registry."""

    name: _Word
    role: Role
    tier: Tier
    file: _Word
    size_bytes: _Count
    sha256: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")]
    licence: Annotated[str, Meta(min_length=1)]
    wheel: Wheel | None = None
    ollama: str = ""


class _Catalogue(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    model: tuple[Entry, ...]


@cache
def entries() -> tuple[Entry, ...]:
    """Every model of the catalogue, in its order."""
    beside = Path(__file__).with_name(_FILE)
    path = beside if beside.exists() else Path(__file__).parents[2] / "models" / _FILE
    return msgspec.toml.decode(path.read_bytes(), type=_Catalogue).model


def find(name: str) -> tuple[Entry, ...]:
    """The model of that name, or all of the starter tier. Raises ModelUnknown if there is none."""
    found = tuple(entry for entry in entries() if name == entry.name)
    if name == STARTER:
        found = tuple(entry for entry in entries() if entry.tier == STARTER)
    if not found:
        raise ModelUnknown(f"There is no model named {name}.")
    return found


def of_file(file: str) -> Entry | None:
    """The model that is kept under this file name."""
    return next((entry for entry in entries() if entry.file == file), None)
