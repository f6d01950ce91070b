"""HTTP: photos and recordings, sent in pieces that can be taken up again anywhere."""

from typing import Annotated, Any

import msgspec
from litestar import Request, Response, Router, get, head, patch, post
from litestar.params import Parameter

from futureself_box.api import wall_clock
from futureself_box.api.parts import Parts
from futureself_box.api.problems import Problem, problem
from futureself_box.errors import OffsetWrong
from futureself_box.household.devices import Credential
from futureself_box.records import attachments
from futureself_box.records.attachments import Announced, AttachmentId

_PIECE_BYTES = 1024 * 1024
_OFFSET = "Upload-Offset"
Id = Annotated[str, Parameter(pattern="^[0-9a-f]{64}$")]


class Progress(msgspec.Struct, frozen=True):
    """An upload goes on at `offset`; it is whole where that is its size."""

    id: str
    offset: int


class Ids(msgspec.Struct, frozen=True):
    """Attachments by their ids."""

    ids: Annotated[list[AttachmentId], msgspec.Meta(max_length=500)]


@post("/", sync_to_thread=True, status_code=200)
def begin_upload(parts: Parts, who: Credential, data: Announced) -> Progress:
    """Announce a file; begins an upload or says where one goes on."""
    store = parts.vault.member(who.member)
    upload = attachments.begin(store, data, parts.settings.records, now_ms=wall_clock.now_ms())
    return Progress(upload.id, upload.received)


@patch("/{attachment:str}", sync_to_thread=True, request_max_body_size=_PIECE_BYTES)
def send_piece(
    parts: Parts,
    who: Credential,
    attachment: Id,
    body: bytes,
    offset: Annotated[int, Parameter(header=_OFFSET, ge=0)] = 0,
) -> Progress:
    """The next bytes as they are, up to 1 MiB; `Upload-Offset` says where they belong."""
    store = parts.vault.member(who.member)
    upload = attachments.receive(store, attachment, offset, body, now_ms=wall_clock.now_ms())
    return Progress(upload.id, upload.received)


@head("/{attachment:str}", sync_to_thread=True)
def ask_offset(parts: Parts, who: Credential, attachment: Id) -> Response[None]:
    """How far an upload is, in `Upload-Offset` and `Upload-Length`."""
    upload = attachments.find(parts.vault.member(who.member), attachment)
    headers = {_OFFSET: str(upload.received), "Upload-Length": str(upload.size)}
    return Response(None, headers=headers)


@get("/{attachment:str}", sync_to_thread=True, media_type="*/*")
def show_attachment(parts: Parts, who: Credential, attachment: Id) -> Response[bytes]:
    """The photo or recording, without its metadata."""
    found, content = attachments.content(parts.vault.member(who.member), attachment)
    headers = {"Content-Disposition": "inline"}
    return Response(content, media_type=found.type, headers=headers)


@post("/missing", sync_to_thread=True, status_code=200)
def list_missing(parts: Parts, who: Credential, data: Ids) -> Ids:
    """Which of these the box lacks, as after a restore."""
    return Ids(attachments.missing(parts.vault.member(who.member), data.ids))


def _elsewhere(_: Request[Any, Any, Any], error: OffsetWrong) -> Response[Problem]:
    response = problem(error)
    response.headers[_OFFSET] = str(error.offset)
    return response


router = Router(
    "/api/attachments",
    route_handlers=[begin_upload, send_piece, ask_offset, show_attachment, list_missing],
    exception_handlers={OffsetWrong: _elsewhere},
)
