"""Models by their Ollama names, and the store in which Ollama keeps them on this machine.

A name is `[host/][namespace/]model[:tag]`. A store holds a manifest for each name and blobs named by
their SHA-256 (github.com/ollama/ollama, docs/faq.md and server/modelpath.go). Its blobs are used
where they lie, and never changed.
"""

import re
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from futureself_box.errors import ModelStoreClosed, ModelUnknown, ModelUnsuitable

HOST = "registry.ollama.ai"
_PART = r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}"
_NAME = re.compile(
    rf"^(?:(?P<host>[A-Za-z0-9.-]+(?::\d+)?)/(?=.*/))?(?:(?P<space>{_PART})/)?"
    rf"(?P<model>{_PART})(?::(?P<tag>{_PART}))?$"
)
_WEIGHTS = "application/vnd.ollama.image.model"
_ADAPTER = "application/vnd.ollama.image.adapter"
_LONGEST_MANIFEST = 1 << 20
# Where Ollama's own service and a user's Ollama keep theirs.
_USUAL = ("~/.ollama/models", "/usr/share/ollama/.ollama/models", "/var/lib/ollama/models")


class Reference(msgspec.Struct, frozen=True):
    """A name in its parts. `host` is empty for the registry of the settings."""

    host: str
    namespace: str
    model: str
    tag: str

    @property
    def path(self) -> str:
        """As registries spell it, without the tag."""
        return f"{self.namespace}/{self.model}"

    @property
    def file(self) -> str:
        """The name that the weights get in the models folder."""
        parts = [] if self.namespace == "library" else [self.namespace]
        return "-".join([*parts, self.model, self.tag]) + ".gguf"

    def __str__(self) -> str:
        host = f"{self.host}/" if self.host else ""
        space = "" if self.namespace == "library" and not host else f"{self.namespace}/"
        return f"{host}{space}{self.model}:{self.tag}"


class Layer(msgspec.Struct, frozen=True):
    """A blob of a model, as its manifest names it."""

    digest: Annotated[str, Meta(pattern=r"^sha256:[0-9a-f]{64}$")]
    size: Annotated[int, Meta(gt=0)]
    mediaType: str = _WEIGHTS  # noqa: N815 - Docker's word

    @property
    def sha256(self) -> str:
        """The digest alone, in hex."""
        return self.digest.removeprefix("sha256:")


class _Manifest(msgspec.Struct, frozen=True):
    layers: Annotated[tuple[Layer, ...], Meta(max_length=256)]


def parse(name: str) -> Reference:
    """A name's parts, with what Ollama adds. Raises ModelUnknown where it is none."""
    found = _NAME.match(name)
    if found is None:
        raise ModelUnknown(f"{name} is not the name of a model.")
    host, space, model, tag = found.group("host", "space", "model", "tag")
    return Reference(
        "" if host in {None, HOST} else host, space or "library", model, tag or "latest"
    )


def weights_layer(manifest: bytes, reference: Reference) -> Layer:
    """The one layer that holds the weights. Raises ModelUnsuitable."""
    try:
        layers = msgspec.json.decode(manifest, type=_Manifest).layers
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ModelUnsuitable(f"The manifest of {reference} can't be read.") from error
    weights = [layer for layer in layers if layer.mediaType == _WEIGHTS]
    if any(layer.mediaType == _ADAPTER for layer in layers):
        raise ModelUnsuitable(f"{reference} is an adapter on top of another model.")
    if len(weights) != 1:
        raise ModelUnsuitable(f"{reference} has {len(weights)} files of weights instead of one.")
    return weights[0]


def in_store(reference: Reference, folder: str) -> tuple[Path, Layer] | None:
    """The blob of a model in `folder`, or in the usual places where that is empty.

    None where no store has it. Raises ModelStoreClosed where a store can't be looked into.
    """
    closed: ModelStoreClosed | None = None
    for store in [folder] if folder else _USUAL:
        try:
            if found := _in(Path(store).expanduser(), reference):
                return found
        except PermissionError:
            closed = ModelStoreClosed(f"The Ollama store in {store} belongs to another user.")
    if closed:
        raise closed
    return None


def _in(store: Path, reference: Reference) -> tuple[Path, Layer] | None:
    manifests = store / "manifests" / (reference.host or HOST)
    try:
        manifest = (manifests / reference.path / reference.tag).open("rb")
    except (FileNotFoundError, NotADirectoryError):
        return None
    with manifest:
        layer = weights_layer(manifest.read(_LONGEST_MANIFEST), reference)
    blob = store / "blobs" / layer.digest.replace(":", "-")
    if not blob.exists() or blob.stat().st_size != layer.size:
        return None  # Ollama is still fetching it, or has lost it
    with blob.open("rb"):
        return blob, layer
