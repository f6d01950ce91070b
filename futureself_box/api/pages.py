"""HTTP: the app's files and the published protocol."""

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from litestar import MediaType, Response, Router, get
from litestar.response import File
from litestar.static_files import create_static_files_router

import futureself_box
from futureself_box import __version__
from futureself_box.api import frames

_WORKER = "sw.js"
_WEB = Path(futureself_box.__file__).parent / "web"


@get("/", include_in_schema=False, sync_to_thread=False)
def show_app() -> File:
    """The app's one page."""
    return File(
        _WEB / "index.html",
        media_type=MediaType.HTML,
        content_disposition_type="inline",
    )


@get("/sw.js", include_in_schema=False, sync_to_thread=True)
def show_service_worker() -> Response[str]:
    """The service worker, which keeps the app's files on the phone; other files, another worker."""
    files, version = _app_files()
    given = f"self.VERSION = {_json(version)};\nself.FILES = {_json(files)};\n"
    script = (_WEB / _WORKER).read_text(encoding="utf-8")
    return Response(given + script, media_type="text/javascript")


@get("/schema/phone.json", sync_to_thread=False, media_type="application/schema+json")
def show_phone_schema() -> dict[str, Any]:
    """The WebSocket's frames as JSON Schema 2020-12."""
    return phone_schema()


def phone_schema() -> dict[str, Any]:
    """`phone` is what the box takes, `box` what it sends."""
    (phone, box), definitions = msgspec.json.schema_components(
        [frames.PhoneFrame, frames.BoxFrame], ref_template="#/$defs/{name}"
    )
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"Future Self Box, phone protocol, schema {frames.SCHEMA}",
        "properties": {"phone": phone, "box": box},
        "$defs": definitions,
    }


@cache
def _app_files() -> tuple[list[str], str]:
    """What the app consists of, by address, and a version that changes with any of it."""
    digest = hashlib.sha256(__version__.encode())
    files = ["/"]
    for path in sorted(_WEB.rglob("*")):
        name = path.relative_to(_WEB)
        if path.is_file() and name.parts[0] != "join":
            digest.update(f"{name}\n".encode() + path.read_bytes())
            if name.as_posix() not in {"index.html", _WORKER}:
                files.append(f"/web/{name.as_posix()}")
    return files, digest.hexdigest()[:16]


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


router = Router("/", route_handlers=[show_app, show_service_worker, show_phone_schema])
files = create_static_files_router(path="/web", directories=[_WEB], include_in_schema=False)
