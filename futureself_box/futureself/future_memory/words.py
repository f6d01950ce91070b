"""The words by which a line is judged, as words.toml has them."""

import tomllib
from functools import cache
from importlib.resources import files

import msgspec


class Words(msgspec.Struct, frozen=True):
    """Word lists, and the group that each word of family stands for."""

    sure: tuple[str, ...]
    grand: tuple[str, ...]
    dark: tuple[str, ...]
    machine: tuple[str, ...]
    outward: tuple[str, ...]
    past: tuple[str, ...]
    romance: tuple[str, ...]
    groups: dict[str, str]
    capitals: frozenset[str]
    beginnings: frozenset[str]


@cache
def words() -> Words:
    """All of them, read once."""
    found = tomllib.loads(files(__package__).joinpath("words.toml").read_text(encoding="utf-8"))
    groups = {word: group.split()[0] for group in found["family"] for word in group.split()}
    sets = {name: frozenset(found[name].split()) for name in ("capitals", "beginnings")}
    return msgspec.convert(found | sets | {"groups": groups}, Words)
