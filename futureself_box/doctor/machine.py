"""Examines the machine: clock, disk, memory and who can enter the box's folders."""

import ctypes
import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

import psutil

from futureself_box import RELEASED
from futureself_box.doctor.findings import Finding, Patient, notice, well, wrong

_FULL_BYTES = 500_000_000
_NEARLY_FULL_BYTES = 3_000_000_000
_LITTLE_MEMORY_BYTES = 200_000_000
_UNSYNCHRONISED = 0x40  # STA_UNSYNC, adjtimex(2)
_STATUS_OFFSET = 40  # of `status` in struct timex, on 64-bit Linux
_LIBC = ctypes.CDLL(None)


def clock(patient: Patient) -> Iterator[Finding]:
    """Whether the clock can be believed, and whether somebody sets it."""
    step = "Set it with: timedatectl set-ntp true"
    if patient.now < RELEASED:
        said = f"The clock says {patient.now:%d %B %Y}, which can't be, so new words wait on the phones."
        yield wrong("clock", said, step)
    elif not _is_synchronised():
        yield notice("clock", "Nobody keeps the clock right; it will drift.", step)
    else:
        yield well("clock", "The clock is right.")


def disk(patient: Patient) -> Iterator[Finding]:
    """Whether there is room for what is written tomorrow."""
    free = shutil.disk_usage(patient.settings.data_path).free
    room = f"{free / 1e9:.1f} GB are free on the disk"
    step = (
        "Delete what isn't needed, such as models that are not in use: futureself-box models remove"
    )
    if free < _FULL_BYTES:
        yield wrong("disk", f"The disk is full: only {room}.", step)
    elif free < _NEARLY_FULL_BYTES:
        yield notice("disk", f"The disk is nearly full: {room}.", step)
    else:
        yield well("disk", f"{room}.")
    if left := leftovers(patient.settings.models_path):
        size = sum(file.stat().st_size for file in left if file.is_file()) / 1e6
        said = f"A model that was never fetched to its end takes {size:,.0f} MB."
        yield notice(
            "disk", said, "Fetch it again and it goes on, or clear it away.", "clear-leftovers"
        )


def memory(_: Patient) -> Iterator[Finding]:
    """Whether the machine has room to breathe."""
    free = psutil.virtual_memory().available
    if free < _LITTLE_MEMORY_BYTES:
        step = "Stop other programs, or choose a smaller model."
        yield wrong("memory", f"Only {free / 1e6:.0f} MB of memory are free.", step)
    else:
        yield well("memory", f"{free / 1e9:.1f} GB of memory are free.")


def folders(patient: Patient) -> Iterator[Finding]:
    """Whether the box can write, and nobody else can read."""
    settings = patient.settings
    for name, path in (("data", settings.data_path), ("configuration", settings.config_path)):
        if not path.is_dir():
            yield wrong("folders", f"There is no {name} folder.", "Start the box once: scripts/run")
        elif not os.access(path, os.R_OK | os.W_OK | os.X_OK) or _is_read_only(path):
            step = "Let the box's user own it; look whether its disk is read-only: mount"
            yield wrong("folders", f"The box can't write into its {name} folder.", step)
    if open_to_others(settings.data_path, settings.config_path):
        step = "Close them: chmod -R go= on the data and the configuration folder"
        said = "Other users of this machine can look into the box's folders."
        yield wrong("folders", said, step, "close-folders")
    else:
        yield well("folders", "Only the box's user can look into its folders.")


def open_to_others(data: Path, config: Path) -> list[Path]:
    """Folders and keys that somebody else than the box's user may read."""
    inside = (*data.glob("*.keys"), *(data / "members").glob("*.keys"), config / "box.key")
    paths = [path for path in (data, config, *inside) if path.exists()]
    return [path for path in paths if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)]


def leftovers(models: Path) -> list[Path]:
    """What broken-off pulls left."""
    return [path for folder in (".parts", ".pull") for path in (models / folder).glob("*")]


def _is_read_only(path: Path) -> bool:
    return bool(os.statvfs(path).f_flag & os.ST_RDONLY)


def _is_synchronised() -> bool:
    timex = ctypes.create_string_buffer(256)
    if _LIBC.adjtimex(timex) < 0:
        return True  # a container that isn't told
    return (
        not int.from_bytes(timex.raw[_STATUS_OFFSET : _STATUS_OFFSET + 4], "little")
        & _UNSYNCHRONISED
    )
