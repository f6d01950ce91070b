"""What lies in the models folder: which weights are in use, choosing others, checking them.

A link named after the role, `language` or `embeddings`, points to the file in use. Links are
replaced in one step, so the engine sees the old file or the new one.
"""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import msgspec

from futureself_box.errors import ModelBroken, ModelMissing, ModelUnknown
from futureself_box.inference import catalogue, gguf
from futureself_box.inference.catalogue import Entry, Role
from futureself_box.settings import Settings


class Weights(msgspec.Struct, frozen=True):
    """A model as `models list` shows it; `path` is None where it isn't on this box."""

    name: str
    role: Role
    path: Path | None
    size_bytes: int
    licence: str
    tier: str
    in_use: bool


class Identity(msgspec.Struct, frozen=True):
    """Which file it is, and whether it is still the same."""

    path: Path
    inode: int
    size_bytes: int
    changed_ns: int


def in_use(settings: Settings, role: Role) -> Identity:
    """The weights of a role: those of the settings, else those chosen with `use`.

    Raises ModelMissing where there are none.
    """
    path = _chosen(settings, role)
    try:
        path = path.resolve(strict=True)
        stat = path.stat()
    except (OSError, RuntimeError) as error:
        if settings.inference.model and role == "language":
            message = f"The model of the settings, {settings.inference.model}, is not on the box."
            raise ModelMissing(message) from error
        raise ModelMissing(f"The box has no {role} model yet.") from error
    return Identity(path, stat.st_ino, stat.st_size, stat.st_mtime_ns)


def name_of(path: Path) -> str:
    """What people call the model in this file."""
    entry = catalogue.of_file(path.name)
    return entry.name if entry else path.stem


def is_starter(path: Path) -> bool:
    """Whether it is one of the small models for trying the box."""
    entry = catalogue.of_file(path.name)
    return entry is not None and entry.tier == catalogue.STARTER


def every(settings: Settings) -> Iterator[Weights]:
    """The catalogue's models and every other GGUF file in the models folder or in use."""
    used = dict(_paths_in_use(settings))
    for entry in catalogue.entries():
        path = settings.models_path / entry.file
        yield Weights(
            name=entry.name,
            role=entry.role,
            path=path if path.exists() else None,
            size_bytes=entry.size_bytes,
            licence=entry.licence,
            tier=entry.tier,
            in_use=path.exists() and path.resolve() == used.get(entry.role),
        )
    language = used.get("language")
    for path in sorted(_others(settings, language)):
        size = path.stat().st_size
        yield Weights(path.stem, "language", path, size, "", "", in_use=path == language)


def use(settings: Settings, name: str) -> Path:
    """Choose a model by its catalogue name or its file. Raises ModelUnknown or ModelBroken."""
    role, path = _find(settings, name)
    _check_quickly(role, path)
    link(settings, role, path)
    return path


def link(settings: Settings, role: Role, path: Path) -> None:
    """Point the role's link to the file, in one step."""
    folder = settings.models_path
    folder.mkdir(parents=True, exist_ok=True)
    inside = path.resolve().parent == folder.resolve()
    fresh = folder / f".{role}.{os.getpid()}"
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(path.name if inside else path.resolve())
    fresh.replace(folder / role)


def verify(settings: Settings, name: str) -> Path:
    """Check a model to the last byte where its sum is known, else its header and length."""
    role, path = _find(settings, name)
    entry = catalogue.of_file(path.name)
    if entry and not matches(entry, path):
        message = f"{path.name} is not what the catalogue says: its checksum differs."
        raise ModelBroken(message, hint=f"Run: futureself-box models pull {entry.name}")
    _check_quickly(role, path)
    return path


def matches(entry: Entry, path: Path) -> bool:
    """Whether the file is exactly the catalogue's."""
    try:
        if path.stat().st_size != entry.size_bytes:
            return False
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == entry.sha256
    except FileNotFoundError:
        return False


def _chosen(settings: Settings, role: Role) -> Path:
    chosen = settings.inference.model if role == "language" else ""
    if not chosen:
        return settings.models_path / role
    entry = next((e for e in catalogue.entries() if e.name == chosen), None)
    return settings.models_path / entry.file if entry else Path(chosen).expanduser()


def _paths_in_use(settings: Settings) -> Iterator[tuple[Role, Path]]:
    roles: tuple[Role, ...] = ("language", "embeddings")
    for role in roles:
        try:
            yield role, in_use(settings, role).path
        except ModelMissing:
            continue


def _others(settings: Settings, language: Path | None) -> set[Path]:
    found = {path.resolve() for path in settings.models_path.glob("*.gguf") if path.exists()}
    if language:
        found.add(language)
    return {path for path in found if catalogue.of_file(path.name) is None}


def _find(settings: Settings, name: str) -> tuple[Role, Path]:
    """A name as `every` shows it, a file in the models folder, or any path."""
    for model in every(settings):
        if model.name == name:
            if model.path is None:
                hint = f"Run: futureself-box models pull {name}"
                raise ModelUnknown(f"{name} is not on this box yet.", hint=hint)
            return model.role, model.path
    for path in (Path(name).expanduser(), settings.models_path / name):
        if path.is_file():
            entry = catalogue.of_file(path.name)
            return (entry.role if entry else "language"), path
    raise ModelUnknown(f"There is no model and no file named {name}.")


def _check_quickly(role: Role, path: Path) -> None:
    if role == "language":
        check_chat(path)
    elif (entry := catalogue.of_file(path.name)) and path.stat().st_size != entry.size_bytes:
        raise ModelBroken(f"{path.name} has the wrong length.")


def check_chat(path: Path) -> gguf.Header:
    """The header of a file that can hold a conversation. Raises ModelBroken otherwise."""
    header = gguf.read(path)
    if not header.template:
        message = f"{path.name} holds no chat template, so it can't hold a conversation."
        raise ModelBroken(message, hint="Choose a model whose name ends in Instruct or Chat.")
    return header
