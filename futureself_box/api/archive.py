"""HTTP: everything of one's own, out and in."""

from litestar import Router, get, post
from litestar.response import Stream

from futureself_box.api import wall_clock
from futureself_box.api.frames import Poke
from futureself_box.api.parts import Parts
from futureself_box.household.devices import Credential
from futureself_box.records import archive, importing
from futureself_box.records.importing import Imported
from futureself_box.sync import replicas

_MOST_BYTES = 256 * 1024 * 1024


@get("/export", sync_to_thread=True, media_type="application/zip")
def export(parts: Parts, who: Credential) -> Stream:
    """A zip with every version of every record, photos, recordings, and the journal as Markdown."""
    store = parts.vault.member(who.member)
    headers = {"Content-Disposition": 'attachment; filename="futureself.zip"'}
    return Stream(archive.export(store), headers=headers)


@post("/import", sync_to_thread=True, status_code=200, request_max_body_size=_MOST_BYTES)
def bring_in(parts: Parts, who: Credential, body: bytes) -> Imported:
    """Take in a zip: the box's own, Day One's JSON, or a folder of Markdown."""
    wall_clock.check()
    store = parts.vault.member(who.member)
    taking = importing.Import(store, parts.settings.records, str(who.device), wall_clock.now_ms())
    imported = taking.take(body)
    parts.phones.poke_soon(who.member, Poke(head=replicas.find_place(store).head))
    return imported


router = Router("/api", route_handlers=[export, bring_in])
