"""Backups and restores that somebody asks for on the command line, told line by line."""

import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path

from futureself_box.errors import BoxNotRunning, NotFound
from futureself_box.settings import Settings
from futureself_box.store import backup, keyhole, keys, restoring
from futureself_box.store.data_folder import KEY_FILE, stores
from futureself_box.store.restoring import Restored
from futureself_box.store.vault import Vault


def back_up(settings: Settings, now: datetime, *, to: str | None, dry_run: bool) -> Iterator[str]:
    """Make a backup, with or without a running box. Raises NotFound where there is no household."""
    data, folder = settings.data_path, Path(to) if to else settings.backups_path
    if not (data / KEY_FILE).exists():
        raise NotFound(f"There is no household in {data}.", hint="Set FUTURESELF_DATA_FOLDER.")
    if dry_run:
        yield from _would_back_up(data, folder)
        return
    with _opener(settings) as unlock:
        made = backup.make(data, folder, unlock, now)
    yield f"{made.path}"
    yield f"{_people(len(made.manifest.contents) - 1)}, {_megabytes(made.size_bytes)}, read back."
    for name in made.manifest.damaged:
        yield f"Left out, because it is damaged: {name}"


def restore(
    settings: Settings, path: str, now: datetime, *, sheet: bytes | None, dry_run: bool
) -> Iterator[str]:
    """Bring a backup back, or find out whether it would come back."""
    data, config = settings.data_path, settings.config_path
    if dry_run:
        found = restoring.dry_run(Path(path), data, config, sheet)
        yield f"It would bring back {_told(found)}. Nothing was changed."
        return
    found = restoring.restore(Path(path), data, config, now, sheet)
    yield f"Brought back: {_told(found)}."
    if found.aside:
        yield f"What was there before lies in {found.aside}."
    yield "Start the box, then look at its devices: any removed since then are back."


def _would_back_up(data: Path, folder: Path) -> Iterator[str]:
    names = stores(data)
    size = sum((data / f"{name}.db").stat().st_size for name in names)
    nearest = next(place for place in (folder, *folder.absolute().parents) if place.exists())
    free = shutil.disk_usage(nearest).free
    yield f"It would copy {_people(len(names) - 1)}, {_megabytes(size)} and attachments, to {folder}."
    yield f"{_megabytes(free)} are free there, and {len(backup.every(folder))} backups."


@contextmanager
def _opener(settings: Settings) -> Iterator[keys.Opener]:
    # A running box has the data folder, and is asked; otherwise this process takes its place.
    ask = partial(keyhole.ask, settings.box_socket)
    try:
        ask(keys.read(settings.data_path / KEY_FILE))
    except BoxNotRunning:
        with closing(Vault(settings.data_path, settings.config_path)) as vault:
            yield vault.unlock
    else:
        yield ask


def _told(found: Restored) -> str:
    return f"{_people(found.members)}, {found.rows} rows, of {found.made_at:%d %B %Y %H:%M} UTC"


def _people(count: int) -> str:
    return f"{count} {'person' if count == 1 else 'people'}"


def _megabytes(size_bytes: int) -> str:
    return f"{size_bytes / 1_000_000:,.1f} MB"
