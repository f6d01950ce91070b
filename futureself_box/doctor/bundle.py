"""The bundle that somebody who helps may see: how the box is, with nothing in it about who lives there.

It holds findings, versions, counts and sizes. Names of people and hosts, addresses, paths and ids are
taken out, and so is every setting's text; a member's words were never in any of it.
"""

import importlib.metadata
import platform
import re
import socket
import sys
import zipfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from futureself_box import __version__
from futureself_box.doctor.examination import Examination
from futureself_box.settings import Settings, declarations

_PACKAGES = ("litestar", "uvicorn", "msgspec", "sqlcipher3", "llama-cpp-python", "zeroconf", "huey")
_ID = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}")
_ADDRESS = re.compile(
    r"\b\d{1,3}(?:\.\d{1,3}){3}\b|\b[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){3,7}\b", re.IGNORECASE
)
_PATH = re.compile(r"(?<![\w.])(?:~|/)[\w.@+-]+(?:/[\w.@+-]*)*")
_MOST_IN_FOLDER = 1000


def write(report: Examination, settings: Settings, target: Path, now: datetime) -> None:
    """Put the bundle into a zip file."""
    with zipfile.ZipFile(target, "x", zipfile.ZIP_DEFLATED) as bundle:
        for name, content in _parts(report, settings, now):
            text = msgspec.json.format(msgspec.json.encode(content)).decode()
            bundle.writestr(f"{name}.json", text)


def redacted(text: str) -> str:
    """The text without host, address, path or id."""
    for name in {socket.gethostname(), platform.node()} - {""}:
        text = re.sub(re.escape(name), "<host>", text, flags=re.IGNORECASE)
    text = _ID.sub("<id>", text)
    text = re.sub(r"\bfutureself-[a-z0-9]{4}\b", "<box>", text)
    return _PATH.sub("<path>", _ADDRESS.sub("<address>", text))


def _parts(report: Examination, settings: Settings, now: datetime) -> Iterator[tuple[str, Any]]:
    said = [
        {"check": f.check, "state": f.state, "sentence": redacted(f.sentence), "mend": f.mend}
        for f in report.findings
    ]
    yield "findings", said
    yield "versions", {"made": now.date().isoformat(), **_versions()}
    yield "settings", dict(_settings(settings))
    yield "sizes", dict(_sizes(settings.data_path))


def _versions() -> dict[str, str]:
    packages = {package: importlib.metadata.version(package) for package in _PACKAGES}
    system = f"{platform.system()} {platform.release()} {platform.machine()}"
    return {"box": __version__, "python": sys.version.split()[0], "system": system, **packages}


def _settings(settings: Settings) -> Iterator[tuple[str, object]]:
    """Numbers and switches as they are; of a text only whether it was set."""
    for declared in declarations():
        value: object = settings
        for part in declared.name.split("."):
            value = getattr(value, part)
        is_text = isinstance(value, str)
        yield declared.name, ("set" if value else "") if is_text else value


def _sizes(data: Path) -> Iterator[tuple[str, object]]:
    """How much lies where; a file of a member is only counted."""
    yield "household.db", _size(data / "household.db")
    for folder in ("members", "models", "parked", "backups"):
        files = [path for path in (data / folder).rglob("*") if path.is_file()][:_MOST_IN_FOLDER]
        yield folder, {"files": len(files), "bytes": sum(map(_size, files))}


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
