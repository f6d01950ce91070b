"""HTTP: the app's files and the published protocol."""

from pathlib import Path
from typing import Any

import msgspec
from litestar import MediaType, Response, Router, get
from litestar.response import File
from litestar.static_files import create_static_files_router

import futureself_box
from futureself_box.api import frames

_WEB = Path(futureself_box.__file__).parent / "web"


@get("/", include_in_schema=False, sync_to_thread=False)
def show_app() -> File:
    """The app's one page."""
    return File(
        _WEB / "index.html",
        media_type=MediaType.HTML,
        content_disposition_type="inline",
    )


@get("/schema/phone.json", sync_to_thread=False)
def show_phone_schema() -> Response[dict[str, Any]]:
    """The WebSocket's frames as JSON Schema 2020-12."""
    return Response(phone_schema(), media_type="application/schema+json")


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


router = Router("/", route_handlers=[show_app, show_phone_schema])
files = create_static_files_router(path="/web", directories=[_WEB], include_in_schema=False)
