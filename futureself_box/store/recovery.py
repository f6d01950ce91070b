"""A lost box key: the recovery sheet opens the data folder once more, for a new key.

The box must not be running. Nothing is re-encrypted: each member's key gets a wrap for the new box key
in the place of the old one. Cut off halfway, it is simply done again; the key file comes last.
"""

from pathlib import Path

from futureself_box.errors import AlreadySetUp, SheetUnknown
from futureself_box.store import box_key, keys
from futureself_box.store.data_folder import BOX, KEY_FILE, MEMBERS_FOLDER, hold_alone


def recover(data: Path, config: Path, secret: bytes) -> int:
    """Make a new box key from what stands on the sheet; returns how many members it opens.

    Raises AlreadySetUp where the box has its key, SheetUnknown, StoreDamaged or AlreadyRunning.
    """
    household = data / KEY_FILE
    if box_key.exists(config):
        raise AlreadySetUp("This box has its key.", hint="Start it with scripts/run.")
    if not household.exists():
        raise SheetUnknown(f"There is no household in {data}.", hint="Set FUTURESELF_DATA_FOLDER.")
    with hold_alone(data):
        members = sorted((data / MEMBERS_FOLDER).glob("*.keys"))
        opened = {file: keys.open_with_sheet(file, secret) for file in (household, *members)}
        new = keys.new_key()
        for file, key in opened.items():
            keys.add_holder(file, key, BOX, new)
        box_key.write(config, new)
    return len(members)
