"""Where things lie in the data folder, and the lock that lets one process at a time change it."""

import fcntl
from pathlib import Path
from typing import IO

from futureself_box.errors import AlreadyRunning
from futureself_box.store.files import private_folder

HOUSEHOLD = "household"
KEY_FILE = "household.keys"
MEMBERS_FOLDER = "members"
BOX = "box"


def hold_alone(data: Path, lock: str = "box.lock") -> IO[bytes]:
    """Keep every other process out of a data folder until the file is closed. Raises AlreadyRunning.

    Each `lock` is for a kind of process of its own.
    """
    file = (private_folder(data / "run") / lock).open("ab")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        file.close()
        what = lock.removesuffix(".lock")
        raise AlreadyRunning(f"Another {what} is already running on {data}.") from error
    return file


def stores(folder: Path) -> list[str]:
    """The name of every store in a data folder or backup: "household", then "members/<id>"."""
    members = sorted((folder / MEMBERS_FOLDER).glob("*.keys"))
    return [HOUSEHOLD, *(f"{MEMBERS_FOLDER}/{file.stem}" for file in members)]
