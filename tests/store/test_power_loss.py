"""The power goes at any moment: what was acknowledged is there, and the rest is whole."""

import os
import random
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from futureself_box.store.vault import Vault
from tests.records import soundness

pytestmark = [
    pytest.mark.soak,
    pytest.mark.timeout(180),
    pytest.mark.skipif(
        os.geteuid() != 0 or not Path("/dev/fuse").exists(), reason="a disk of our own needs root"
    ),
]

_MOST_OPERATIONS = 2500


@dataclass(frozen=True)
class Accident:
    """What a box had promised when the power went, and what it finds when it comes back."""

    member: UUID
    acknowledged: set[UUID]
    survived: Path

    def known(self) -> set[UUID]:
        vault = Vault(self.survived / "data", self.survived / "config")
        try:
            vault.ensure_member(self.member)
            return set(soundness.check(vault.member(self.member)))
        finally:
            vault.close()


def test_every_acknowledged_revision_is_there_after_a_power_loss(
    tmp_path: Path, soak: bool
) -> None:
    promised = 0
    for seed in range(200 if soak else 10):
        accident = lose_power(tmp_path / str(seed), seed, synchronous="FULL")
        assert accident.acknowledged - accident.known() == set(), f"seed {seed}"
        promised += len(accident.acknowledged)
    assert promised > 0


def test_a_box_that_did_not_wait_for_its_disk_would_lose_some(tmp_path: Path) -> None:
    accidents = (lose_power(tmp_path / str(seed), seed, synchronous="NORMAL") for seed in range(10))
    assert any(accident.acknowledged - accident.known() for accident in accidents)


def lose_power(folder: Path, seed: int, *, synchronous: str) -> Accident:
    """Let a box write on a disk that fails after some operations; what was promised, what is left."""
    member, mount, survived = uuid4(), folder / "disk", folder / "survived"
    mount.mkdir(parents=True)
    survived.mkdir()
    operations = random.Random(seed).randint(1, _MOST_OPERATIONS)  # noqa: S311 (chance, no secret)
    disk = module("losing_disk", mount, survived, operations, seed)
    box = module("unlucky_writer", mount, member, synchronous, seed)
    with subprocess.Popen(disk, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == b"mounted\n"
        said = subprocess.run(box, stdout=subprocess.PIPE, text=True, timeout=60, check=False)
    assert running.returncode == 0
    # A call failed, or a page of shared memory was not there any more.
    assert said.returncode in {1, -signal.SIGBUS}
    lines = [line.split() for line in said.stdout.splitlines()]
    acknowledged = {UUID(words[1]) for words in lines if words[0] == "acknowledged"}
    return Accident(member, acknowledged, survived)


def module(name: str, *arguments: object) -> list[str]:
    return [sys.executable, "-m", f"tests.store.{name}", *map(str, arguments)]
