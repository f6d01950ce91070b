"""A box's store on a disk that will fail: it says what it has acknowledged, until a call fails.

python -m tests.store.unlucky_writer FOLDER MEMBER SYNCHRONOUS SEED
"""

import random
import sys
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID, uuid4

import msgspec

from futureself_box.errors import BoxError
from futureself_box.records.clock import Clock
from futureself_box.records.revisions import Change
from futureself_box.store.vault import MemberStore, Vault
from futureself_box.sync import replicas
from futureself_box.sync.replicas import Kept, Pushed

NOW_MS = 1_800_000_000_000


def write(store: MemberStore, made: random.Random) -> None:
    """Push small batches, and print the revisions of each once it is acknowledged."""
    records = [UUID(int=number) for number in range(1, 40)]
    for turn in range(1, 100_000):
        batch = [_change(made, records, turn) for _ in range(made.randint(1, 4))]
        answers, _ = replicas.push(store, batch, now_ms=NOW_MS + turn)
        for answer in answers:
            assert isinstance(answer, Kept)
            print("acknowledged", answer.rev_id, flush=True)  # noqa: T201 (the acknowledgement)


def _change(made: random.Random, records: list[UUID], turn: int) -> Pushed:
    words = " ".join(f"word{made.randint(1, 999)}" for _ in range(made.randint(1, 200)))
    moment = "2026-11-24T21:30:00+01:00"
    body = msgspec.json.encode({"text": words, "day": moment[:10], "written_at": moment})
    ends = made.random() < 0.1
    return Pushed(
        Change(
            rev_id=uuid4(),
            record=made.choice(records),
            kind="entry",
            op="del" if ends else "put",
            body=None if ends else body.decode(),
            clock=Clock((NOW_MS + turn) << 16),
        ),
        "phone",
    )


def _main(arguments: Sequence[str]) -> None:
    folder, member, synchronous, seed = arguments
    vault = Vault(Path(folder) / "data", Path(folder) / "config")
    vault.ensure_member(UUID(member))
    store = vault.member(UUID(member))
    with store.maintain() as connection:
        # Often, so that many a cut is in the middle of folding the log into the file.
        connection.execute("PRAGMA wal_autocheckpoint = 100")
        if synchronous != "FULL":
            connection.execute(f"PRAGMA synchronous = {synchronous}")
    write(store, random.Random(int(seed)))  # noqa: S311 (chance, no secret)


if __name__ == "__main__":
    try:
        _main(sys.argv[1:])
    except (BoxError, OSError):
        sys.exit(1)
