"""Asks an Ollama registry for manifests and bytes, over HTTP.

The protocol is the Docker registry's (distribution spec, manifest v2), and one path of Ollama's own:
`chunksums` names the SHA-256 of each piece of a blob (ollama/server/internal/client/ollama). What
comes is checked by whoever asked. Redirects lead to where the bytes lie; no secret is ever sent.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urljoin

import httpx2
import msgspec

from futureself_box.errors import (
    DownloadFailed,
    ModelUnknown,
    RegistryAsksPassword,
    RegistryUnreachable,
)
from futureself_box.inference import ollama
from futureself_box.inference.ollama import Layer, Reference

_MANIFEST_TYPE = "application/vnd.docker.distribution.manifest.v2+json"
_LONGEST_MANIFEST = 1 << 20
_LONGEST_SUMS = 16 << 20
_LONGEST_PIECE = 64 << 20
_TIMEOUT = httpx2.Timeout(30.0, connect=10.0)
_MOST_REDIRECTS = 5
_SUM = re.compile(r"^sha256:([0-9a-f]{64}) (\d+)-(\d+)$")


class Piece(msgspec.Struct, frozen=True):
    """Bytes `start` to `end`, that one left out. `sha256` is empty where nobody knows it."""

    start: int
    end: int
    sha256: str = ""


class Source(msgspec.Struct, frozen=True):
    """Where a blob's bytes are, and how they can be checked on the way."""

    url: str
    pieces: tuple[Piece, ...]


class Registry:
    """A connection pool to one registry. Close it."""

    def __init__(self, base_url: str) -> None:
        self._base = base_url.rstrip("/")
        self._http = httpx2.Client(
            timeout=_TIMEOUT, follow_redirects=True, max_redirects=_MOST_REDIRECTS, trust_env=False
        )

    def close(self) -> None:
        """Close all connections."""
        self._http.close()

    def weights(self, reference: Reference) -> Layer:
        """The layer of a model's weights. Raises ModelUnknown, ModelUnsuitable or DownloadFailed."""
        url = f"{self._base}/v2/{reference.path}/manifests/{reference.tag}"
        try:
            with self._get(url, {"accept": _MANIFEST_TYPE}) as answer:
                return ollama.weights_layer(_read(answer, _LONGEST_MANIFEST), reference)
        except _Missing as missing:
            raise ModelUnknown(f"The registry has no model named {reference}.") from missing

    def source(self, reference: Reference, layer: Layer) -> Source:
        """Where the blob is. A registry without sums for its pieces gives one piece."""
        blobs = f"{self._base}/v2/{reference.path}/blobs/{layer.digest}"
        whole = Source(blobs, (Piece(0, layer.size, layer.sha256),))
        if layer.size <= _LONGEST_PIECE:
            return whole
        sums = f"{self._base}/v2/{reference.path}/chunksums/{layer.digest}"
        try:
            with self._get(sums) as answer:
                text = _read(answer, _LONGEST_SUMS).decode("ascii", errors="replace")
                place = urljoin(str(answer.url), answer.headers.get("content-location", blobs))
        except _Missing:
            return whole
        pieces = tuple(_pieces(text))
        return Source(place, pieces) if _cover(pieces, layer.size) else whole

    @contextmanager
    def bytes_from(self, url: str, start: int, end: int) -> Iterator[Iterator[bytes]]:
        """The bytes of a blob from `start` on. Raises RegistryUnreachable where they don't come."""
        with self._get(url, {"range": f"bytes={start}-{end - 1}"}) as answer:
            if answer.status_code != 206 and start:
                raise RegistryUnreachable("The registry can't go on in the middle of a file.")
            if answer.status_code == 206 and _first(answer) != start:
                raise RegistryUnreachable("The registry sent another part than the one asked for.")
            yield _raw(answer)

    @contextmanager
    def _get(self, url: str, headers: dict[str, str] | None = None) -> Iterator[httpx2.Response]:
        try:
            with self._http.stream("GET", url, headers=headers or {}) as answer:
                if not answer.is_success:
                    raise _refusal(answer.status_code)
                if url.startswith("https:") and answer.url.scheme != "https":
                    raise DownloadFailed("The registry leads to a place that isn't encrypted.")
                yield answer
        except httpx2.TooManyRedirects as error:
            raise DownloadFailed("The registry leads in circles.") from error
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise RegistryUnreachable from error


class _Missing(Exception):
    """The registry has no such thing."""


def _refusal(status: int) -> Exception:
    match status:
        case 401 | 403:
            return RegistryAsksPassword()
        case 404 | 405 | 410:
            return _Missing()
        case 408 | 425 | 429 | 500 | 502 | 503 | 504:
            return RegistryUnreachable(f"The registry is busy; it answered {status}.")
        case _:
            return DownloadFailed(f"The registry answered {status}.")


def _first(answer: httpx2.Response) -> int:
    found = re.match(r"^bytes (\d+)-\d+/", answer.headers.get("content-range", ""))
    return int(found[1]) if found else -1


def _raw(answer: httpx2.Response) -> Iterator[bytes]:
    yield from answer.iter_raw()


def _read(answer: httpx2.Response, most: int) -> bytes:
    data = b""
    for part in answer.iter_bytes():
        data += part
        if len(data) > most:
            raise DownloadFailed("The registry's answer is too long.")
    return data


def _pieces(text: str) -> Iterator[Piece]:
    for line in text.split("\n"):
        if found := _SUM.match(line.strip()):
            yield Piece(int(found[2]), int(found[3]) + 1, found[1])


def _cover(pieces: tuple[Piece, ...], size: int) -> bool:
    """Whether they follow each other from the first byte to the last."""
    ends = [0, *(piece.end for piece in pieces)]
    starts = [*(piece.start for piece in pieces), size]
    return bool(pieces) and ends == starts and all(p.start < p.end for p in pieces)
