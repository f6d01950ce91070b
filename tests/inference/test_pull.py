"""Models by their Ollama names: from a registry that misbehaves, and from a store where they lie."""

import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from futureself_box.errors import (
    DiskFull,
    DownloadFailed,
    ModelBroken,
    ModelInUse,
    ModelStoreClosed,
    ModelUnknown,
    ModelUnsuitable,
    RegistryAsksPassword,
    RegistryUnreachable,
)
from futureself_box.inference import catalogue, download, ollama, pull, weights
from futureself_box.inference.pull import Voice
from futureself_box.inference.registry import Registry
from futureself_box.settings import Models, Settings
from tests.inference.loopback_registry import LoopbackRegistry, serving

NAME = "friend/tiny:chat"
GB = 1_000_000_000


@pytest.fixture
def gguf_file(models: Path) -> Path:
    return models / catalogue.find("smollm2-135m-instruct")[0].file


@pytest.fixture
def registry(gguf_file: Path) -> Iterator[LoopbackRegistry]:
    with serving(LoopbackRegistry(gguf_file)) as running:
        yield running


@pytest.fixture
def settings(tmp_path: Path, registry: LoopbackRegistry) -> Settings:
    """A box that asks this registry, on a machine without Ollama."""
    nowhere = str(tmp_path / "no-ollama")
    return Settings(data_folder=str(tmp_path), models=Models(registry.url, nowhere))


class Said(list[str]):
    """What a pull said. It waits for nothing."""

    @property
    def voice(self) -> Voice:
        return Voice(self.append, pause=lambda _: None)


@pytest.mark.soak
@pytest.mark.timeout(60)
def test_fifty_drops_and_three_lies_cost_little(
    tmp_path: Path, gguf_file: Path, soak: bool
) -> None:
    blob = gguf_file
    if soak:
        blob = tmp_path / "large.gguf"
        shutil.copyfile(gguf_file, blob)
        with blob.open("ab") as file:
            for number in range(GB // (1 << 20)):
                file.write(random.Random(number).randbytes(1 << 20))  # noqa: S311
    registry = LoopbackRegistry(blob, piece_bytes=(8 if soak else 1) << 20)
    chance = random.Random(1)  # noqa: S311 - where it breaks
    registry.drops = sorted(chance.randrange(registry.size) for _ in range(50))
    registry.lies = set(chance.sample(range(registry.size // registry.piece_bytes), 3))
    with serving(registry), closing(Registry(registry.url)) as client:
        reference = ollama.parse(NAME)
        layer = client.weights(reference)
        source = client.source(reference, layer)
        path = tmp_path / "blob"
        received = download.fetch(client, source, layer, path, pause=lambda _: None)
    assert not registry.drops
    assert not registry.lies
    assert weights.sha256_of(path) == registry.sha256
    assert received <= registry.size * 1.05


def test_a_pull_that_was_ended_goes_on_where_it_stopped(
    settings: Settings, registry: LoopbackRegistry
) -> None:
    class Ended(Exception):
        pass

    def end(done: int, total: int) -> None:
        if done > total // 2:
            raise Ended

    with pytest.raises(Ended):
        pull.pull(settings, NAME, Voice(print, end))
    said = Said()
    (path,) = pull.pull(settings, NAME, said.voice)
    assert registry.ranges[1] > registry.size // 2
    assert weights.in_use(settings, "language").name == "friend-tiny-chat"
    assert weights.verify(settings, path.stem) == path
    pull.pull(settings, NAME, said.voice)
    assert said[-1] == f"{NAME} is here already."
    assert len(registry.ranges) == 2


def test_what_was_left_on_the_disk_is_not_trusted(
    settings: Settings, registry: LoopbackRegistry
) -> None:
    part = settings.models_path / ".parts" / registry.sha256
    part.parent.mkdir(parents=True)
    part.write_bytes(registry.part(0, 5 << 20) + b"\0" * (20 << 20))
    (part.parent / "of-another-model").write_bytes(b"half")
    (path,) = pull.pull(settings, NAME, Said().voice)
    assert registry.ranges == [5 << 20]
    assert weights.sha256_of(path) == registry.sha256
    assert not list(part.parent.iterdir())


def test_without_sums_a_lie_is_found_at_the_end_and_nothing_changes(
    settings: Settings, registry: LoopbackRegistry
) -> None:
    registry.sums, registry.lies = False, {7}
    with pytest.raises(DownloadFailed, match="not what the registry promised"):
        pull.pull(settings, NAME, Said().voice)
    assert not list(settings.models_path.glob("*.gguf"))
    assert pull.pull(settings, NAME, Said().voice)


def test_a_registry_that_always_lies_is_left(
    settings: Settings, registry: LoopbackRegistry
) -> None:
    lying = registry.chunksums().replace("sha256:", "sha256:00", 1)
    registry.chunksums = lambda: lying[:71] + lying[73:]  # type: ignore[method-assign]
    with pytest.raises(DownloadFailed, match="other bytes than its own sums"):
        pull.pull(settings, NAME, Said().voice)
    assert registry.ranges == [0, 0, 0]


def test_a_full_disk_is_refused_before_the_start(
    settings: Settings, registry: LoopbackRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(9, 8, 90_000_000))
    with pytest.raises(DiskFull, match=r"165 MB of disk .* 90 MB are free"):
        pull.pull(settings, NAME, Said().voice)
    assert not registry.ranges


@pytest.mark.parametrize(
    ("kind", "status", "error"),
    [
        ("manifests", 401, RegistryAsksPassword),
        ("blobs", 403, RegistryAsksPassword),
        ("data", 503, RegistryUnreachable),
        ("manifests", 404, ModelUnknown),
        ("manifests", 418, DownloadFailed),
    ],
)
def test_a_registry_that_refuses_is_told_in_a_sentence(
    settings: Settings, registry: LoopbackRegistry, kind: str, status: int, error: type[Exception]
) -> None:
    registry.status, registry.sums = {kind: status}, False
    with pytest.raises(error):
        pull.pull(settings, NAME, Said().voice)
    assert not (settings.models_path / "language").exists()


def test_a_registry_that_is_off_is_told_in_a_sentence(settings: Settings) -> None:
    off = msgspec.structs.replace(settings, models=Models("http://127.0.0.1:9", "/nowhere"))
    with pytest.raises(RegistryUnreachable):
        pull.pull(off, NAME, Said().voice)


def test_what_the_box_cannot_run_is_not_fetched(
    settings: Settings, registry: LoopbackRegistry
) -> None:
    adapter = {**registry.layers[0], "mediaType": "application/vnd.ollama.image.adapter"}
    whole = list(registry.layers)
    for layers in ([*whole, adapter], whole * 2, [], [{"digest": "md5:0", "size": 1}]):
        registry.layers = layers
        with pytest.raises(ModelUnsuitable):
            pull.pull(settings, NAME, Said().voice)
    assert not registry.ranges


def test_a_catalogue_entry_whose_sum_the_registry_does_not_know_is_refused(
    settings: Settings, registry: LoopbackRegistry
) -> None:
    with pytest.raises(DownloadFailed, match=r"other weights .* than the catalogue says"):
        pull.pull(settings, "mistral-7b-instruct", Said().voice)
    assert not registry.ranges


def make_store(folder: Path, gguf_file: Path, sha256: str) -> Path:
    """An Ollama store with one model in it; the blob."""
    blob = folder / "blobs" / f"sha256-{sha256}"
    blob.parent.mkdir(parents=True)
    os.link(gguf_file, blob)
    layer = {
        "mediaType": "application/vnd.ollama.image.model",
        "digest": f"sha256:{sha256}",
        "size": gguf_file.stat().st_size,
    }
    manifest = folder / "manifests/registry.ollama.ai/friend/tiny/chat"
    manifest.parent.mkdir(parents=True)
    manifest.write_text(json.dumps({"layers": [layer]}))
    return blob


def test_what_lies_in_an_ollama_store_is_used_from_there(
    settings: Settings, registry: LoopbackRegistry, gguf_file: Path
) -> None:
    blob = make_store(Path(settings.models.ollama_folder), gguf_file, registry.sha256)
    said = Said()
    (path,) = pull.pull(settings, NAME, said.voice)
    used = weights.in_use(settings, "language")
    assert (used.name, used.path) == ("friend-tiny-chat", blob)
    assert not registry.ranges
    assert "used from there" in said[0]
    with pytest.raises(ModelInUse):
        weights.remove(settings, "friend-tiny-chat")

    os.link(gguf_file, settings.models_path / gguf_file.name)
    weights.use(settings, gguf_file.name)
    assert weights.remove(settings, "friend-tiny-chat") == 0
    assert blob.exists()
    assert not path.is_symlink()


def test_a_blob_that_is_not_its_sum_is_fetched_instead(
    settings: Settings, registry: LoopbackRegistry, gguf_file: Path
) -> None:
    blob = make_store(Path(settings.models.ollama_folder), gguf_file, registry.sha256)
    data = bytearray(blob.read_bytes())
    data[-1] ^= 1
    blob.unlink()
    blob.write_bytes(data)
    (path,) = pull.pull(settings, NAME, Said().voice)
    assert not path.is_symlink()
    assert weights.sha256_of(path) == registry.sha256


_LOOK = """
import os, sys
from futureself_box.errors import ModelStoreClosed
from futureself_box.inference import ollama
os.setuid(65534)
try:
    ollama.in_store(ollama.parse("friend/tiny:chat"), sys.argv[1])
except ModelStoreClosed as closed:
    print(closed.message)
"""


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become another user")
def test_another_users_store_is_told_in_a_sentence(
    tmp_path: Path, gguf_file: Path, registry: LoopbackRegistry
) -> None:
    make_store(tmp_path / "store", gguf_file, registry.sha256)
    (tmp_path / "store").chmod(0o700)
    command = [sys.executable, "-c", _LOOK, str(tmp_path / "store")]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    assert ran.stdout == f"The Ollama store in {tmp_path / 'store'} belongs to another user.\n"


def test_a_closed_store_is_said_and_the_registry_asked(
    settings: Settings, registry: LoopbackRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    def closed(*_: object) -> None:
        raise ModelStoreClosed

    monkeypatch.setattr(ollama, "in_store", closed)
    said = Said()
    assert pull.pull(settings, NAME, said.voice)
    assert "belongs to another user" in said[0]


def test_a_model_that_cannot_chat_is_told_and_dropped(
    settings: Settings, tmp_path: Path, gguf_file: Path
) -> None:
    mute = tmp_path / "mute.gguf"
    mute.write_bytes(b"GGUF" + gguf_file.read_bytes()[4:4096])
    with serving(LoopbackRegistry(mute)) as registry:
        asked = msgspec.structs.replace(settings, models=Models(registry.url, "/nowhere"))
        with pytest.raises(ModelBroken):
            pull.pull(asked, NAME, Said().voice)
    assert not list((settings.models_path / ".parts").iterdir())


@given(st.text())
def test_any_name_is_a_reference_or_refused(name: str) -> None:
    try:
        reference = ollama.parse(name)
    except ModelUnknown:
        return
    assert "/" not in reference.file
    assert ".." not in (reference.namespace, reference.model, reference.tag)
    assert ollama.parse(str(reference)) == reference


def test_names_are_read_as_ollama_reads_them() -> None:
    assert str(ollama.parse("mistral")) == "mistral:latest"
    assert ollama.parse("registry.ollama.ai/library/mistral:7b") == ollama.parse("mistral:7b")
    face = ollama.parse("hf.co/mistralai/Ministral-3-8B-Instruct-2512-GGUF:Q4_K_M")
    assert (face.host, face.path) == ("hf.co", "mistralai/Ministral-3-8B-Instruct-2512-GGUF")
    for entry in catalogue.entries():
        assert bool(entry.wheel) != bool(entry.ollama and ollama.parse(entry.ollama))
