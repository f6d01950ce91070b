"""Where a file in the models folder came from, kept beside it, so that it can be checked and fetched again."""

from pathlib import Path

import msgspec


class Origin(msgspec.Struct, frozen=True):
    """An Ollama name and the sum that its manifest promised."""

    reference: str
    sha256: str


def of(path: Path) -> Origin | None:
    """The origin of a file; None where nobody knows it."""
    try:
        return msgspec.json.decode(_beside(path).read_bytes(), type=Origin)
    except (FileNotFoundError, msgspec.DecodeError):
        return None


def keep(path: Path, origin: Origin) -> None:
    """Write it down."""
    _beside(path).write_bytes(msgspec.json.encode(origin))


def forget(path: Path) -> None:
    """The file is gone."""
    _beside(path).unlink(missing_ok=True)


def _beside(path: Path) -> Path:
    return path.with_name(f"{path.name}.origin")
