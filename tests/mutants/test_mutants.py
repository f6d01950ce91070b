"""The tests notice faults: each kept mutant of the product turns its test red.

A survivor means that a test is missing. A sample in `scripts/test`, the whole list in `scripts/soak`.
"""

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import msgspec
import pytest

pytestmark = [pytest.mark.soak, pytest.mark.timeout(300)]

_ROOT = Path(__file__).parents[2]
_FAILED = 1


class Mutant(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A fault in one place, and the test that must notice it."""

    fault: str
    file: str
    old: str
    new: str
    test: str


def kept() -> list[Mutant]:
    content = tomllib.loads((Path(__file__).parent / "mutants.toml").read_text())
    return msgspec.convert(content["mutant"], list[Mutant])


_SAMPLE = {
    "a fast phone's clock is not held to the box's",
    "a purge does not win",
    "an acknowledgement comes before the commit",
}


@pytest.mark.parametrize("mutant", kept(), ids=lambda mutant: mutant.fault.replace(" ", "_"))
def test_a_fault_is_noticed(mutant: Mutant, tmp_path: Path, soak: bool) -> None:
    source = (_ROOT / mutant.file).read_text()
    assert source.count(mutant.old) == 1, "the code has moved on: bring the mutant after it"
    if not soak and mutant.fault not in _SAMPLE:
        return
    copy_tree(tmp_path)
    (tmp_path / mutant.file).write_text(source.replace(mutant.old, mutant.new))
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "--hypothesis-profile=unshrunk", "-x", "-q", mutant.test],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    assert run.returncode == _FAILED, run.stdout


def copy_tree(target: Path) -> None:
    for name in ("futureself_box", "tests", "models"):
        unneeded = shutil.ignore_patterns("node_modules", "__pycache__")
        shutil.copytree(_ROOT / name, target / name, ignore=unneeded)
    shutil.copy(_ROOT / "pyproject.toml", target)
    (target / "tests/web/node_modules").symlink_to(_ROOT / "tests/web/node_modules")
