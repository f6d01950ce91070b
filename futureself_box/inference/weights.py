"""What lies in the models folder: which weights are in use, choosing others, checking them.

A link named after the role, `language` or `embeddings`, points to the file in use. Links are
replaced in one step, so the engine sees the old file or the new one.
"""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import msgspec

from futureself_box.errors import ModelBroken, ModelInUse, ModelMissing, ModelUnknown
from futureself_box.inference import catalogue, gguf, origins
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
    """Which file it is, and whether it is still the same. `name` is what people call it."""

    name: str
    path: Path
    inode: int
    size_bytes: int
    changed_ns: int


def in_use(settings: Settings, role: Role) -> Identity:
    """The weights of a role: those of the settings, else those chosen with `use`.

    Raises ModelMissing where there are none.
    """
    chosen = _chosen(settings, role)
    try:
        path = chosen.resolve(strict=True)
        stat = path.stat()
    except (OSError, RuntimeError) as error:
        if settings.inference.model and role == "language":
            message = f"The model of the settings, {settings.inference.model}, is not on the box."
            raise ModelMissing(message) from error
        if chosen.is_symlink():
            gone = f"The {role} model that was chosen, {name_of(_file(chosen, role))}, is gone."
            raise ModelMissing(gone, hint="Fetch it again: futureself-box models pull") from error
        raise ModelMissing(f"The box has no {role} model yet.") from error
    name = name_of(_file(chosen, role))
    return Identity(name, path, stat.st_ino, stat.st_size, stat.st_mtime_ns)


def name_of(path: Path) -> str:
    """What people call the model in this file."""
    entry = catalogue.of_file(path.name)
    return entry.name if entry else path.stem


def is_starter(identity: Identity) -> bool:
    """Whether it is one of the small models for trying the box."""
    found = [entry for entry in catalogue.entries() if entry.name == identity.name]
    return any(entry.tier == catalogue.STARTER for entry in found)


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
        used_now = path.resolve() == language
        yield Weights(path.stem, "language", path, path.stat().st_size, "", "", in_use=used_now)


def find(settings: Settings, name: str) -> tuple[Role, Path]:
    """A model that is here and looks sound, by its name or file. Raises ModelUnknown or ModelBroken."""
    role, path = _find(settings, name)
    _check_quickly(role, path)
    return role, path


def use(settings: Settings, name: str) -> Path:
    """Choose a model by its name or file, unasked. Raises ModelUnknown or ModelBroken."""
    role, path = find(settings, name)
    link(settings, role, path)
    return path


def link(settings: Settings, role: Role, path: Path) -> None:
    """Point the role's link to the file, in one step."""
    folder = settings.models_path
    folder.mkdir(parents=True, exist_ok=True)
    inside = path.parent.resolve() == folder.resolve()
    replace_link(folder / role, path.name if inside else path.resolve())


def replace_link(link: Path, target: str | Path) -> None:
    """Make a symbolic link, or make it another, in one step."""
    fresh = link.with_name(f".{link.name}.{os.getpid()}")
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(target)
    fresh.replace(link)


def remove(settings: Settings, name: str) -> int:
    """Delete a model that is not in use; the bytes that this frees.

    What lies in an Ollama store stays there, and so does a file outside the models folder. Raises
    ModelInUse or ModelUnknown.
    """
    role, path = _find(settings, name)
    if path.resolve() in {used for _, used in _paths_in_use(settings)}:
        raise ModelInUse(f"{name} is the {role} model in use.")
    if path.parent.resolve() != settings.models_path.resolve():
        raise ModelUnknown(
            f"{name} doesn't lie in the models folder, so it is not the box's to delete."
        )
    freed = 0 if path.is_symlink() else path.stat().st_size
    path.unlink()
    origins.forget(path)
    return freed


def verify(settings: Settings, name: str) -> Path:
    """Check a model to the last byte where its sum is known, else its header and length."""
    role, path = _find(settings, name)
    entry, origin = catalogue.of_file(path.name), origins.of(path)
    if entry and not matches(entry, path):
        message = f"{path.name} is not what the catalogue says: its checksum differs."
        raise ModelBroken(message, hint=f"Run: futureself-box models pull {entry.name}")
    if not entry and origin and sha256_of(path) != origin.sha256:
        message = f"{path.name} is not what the registry sent: its checksum differs."
        raise ModelBroken(message, hint=f"Run: futureself-box models pull {origin.reference}")
    _check_quickly(role, path)
    return path


def matches(entry: Entry, path: Path) -> bool:
    """Whether the file is exactly the catalogue's."""
    try:
        return path.stat().st_size == entry.size_bytes and sha256_of(path) == entry.sha256
    except FileNotFoundError:
        return False


def sha256_of(path: Path) -> str:
    """The sum of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _chosen(settings: Settings, role: Role) -> Path:
    chosen = settings.inference.model if role == "language" else ""
    if not chosen:
        return settings.models_path / role
    entry = next((e for e in catalogue.entries() if e.name == chosen), None)
    return settings.models_path / entry.file if entry else Path(chosen).expanduser()


def _file(chosen: Path, role: Role) -> Path:
    """The file that a role's link names; it may be a link itself, into an Ollama store."""
    return chosen.readlink() if chosen.name == role and chosen.is_symlink() else chosen


def _paths_in_use(settings: Settings) -> Iterator[tuple[Role, Path]]:
    roles: tuple[Role, ...] = ("language", "embeddings")
    for role in roles:
        try:
            yield role, in_use(settings, role).path
        except ModelMissing:
            continue


def _others(settings: Settings, language: Path | None) -> set[Path]:
    found = {path for path in settings.models_path.glob("*.gguf") if path.exists()}
    if language and language not in {path.resolve() for path in found}:
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


def check_chat(path: Path, name: str = "") -> gguf.Header:
    """The header of a file that can hold a conversation. Raises ModelBroken otherwise."""
    header = gguf.read(path)
    if not header.template:
        message = f"{name or path.name} holds no chat template, so it can't hold a conversation."
        raise ModelBroken(message, hint="Choose a model whose name ends in Instruct or Chat.")
    return header
