"""HTTP: what members write, one set of routes for every kind, and what is common to all of them."""

from datetime import date
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Controller, Router, delete, get, post, put
from litestar.params import Parameter

from futureself_box.api import wall_clock
from futureself_box.api.frames import Poke
from futureself_box.api.parts import Parts
from futureself_box.errors import NotFound, RecordInvalid
from futureself_box.household.devices import Credential
from futureself_box.records import clock as clocks
from futureself_box.records import finding, kinds, revisions, writing
from futureself_box.records.clock import ClockText
from futureself_box.records.finding import DayMood, Filter, Found
from futureself_box.records.kinds import MAX_BODY_BYTES, Body, GoalState, Tag
from futureself_box.records.revisions import Op, Revision
from futureself_box.records.writing import Author
from futureself_box.store.vault import MemberStore

Limit = Annotated[int, Parameter(ge=1, le=200)]
Words = Annotated[str, Parameter(max_length=200)]
Place = Annotated[int | None, Parameter(description="Where the page before ended.")]

_PATHS = {
    "entry": "journal",
    "affirmation": "affirmations",
    "goal": "goals",
    "step": "steps",
    "check_in": "check-ins",
    "preference": "preferences",
    "answer": "answers",
    "measure": "measures",
    "future_memory": "future-memories",
    "thread": "threads",
    "reaction": "reactions",
    "keepsake": "keepsakes",
    "letter": "letters",
}


class Version(msgspec.Struct, frozen=True):
    """One revision. `written_at` is in milliseconds since 1970, `body` null where it was erased."""

    revision: UUID
    op: Op
    clock: ClockText
    written_at: int
    device: str
    body: msgspec.Raw | None


class Shown(msgspec.Struct, frozen=True):
    """A record as it is shown; `others` are versions that crossed it, and are as good."""

    id: UUID
    kind: str
    revision: UUID
    clock: ClockText
    written_at: int
    body: msgspec.Raw
    others: list[Version]


class Records(msgspec.Struct, frozen=True):
    """A page, newest first; the next one begins `after` this, if there is one."""

    items: list[Shown]
    after: int | None


class Restoring(msgspec.Struct, frozen=True):
    """Which version to show again."""

    revision: UUID


def routes_of(kind: str, body_type: type[Body]) -> type[Controller]:
    """The routes of one kind; `data` documents the body, which is kept byte for byte."""

    class Kind(Controller):
        path = f"/api/{_PATHS[kind]}"
        tags = (_PATHS[kind],)

        @get("/", sync_to_thread=True, operation_id=f"list_{kind}")
        def find(
            self,
            parts: Parts,
            who: Credential,
            since: Annotated[date | None, Parameter(query="from")] = None,
            until: Annotated[date | None, Parameter(query="to")] = None,
            tag: Tag | None = None,
            text: Words = "",
            standing: Annotated[GoalState | None, Parameter(query="state")] = None,
            goal: UUID | None = None,
            trash: bool = False,
            after: Place = None,
            limit: Limit = 50,
        ) -> Records:
            """Records of this kind, newest first."""
            wanted = Filter(kind, since, until, tag, text, standing, goal, in_trash=trash)
            return _page(_store(parts, who), wanted, after, limit)

        @post("/", operation_id=f"create_{kind}", sync_to_thread=True)
        def create(
            self,
            parts: Parts,
            who: Credential,
            data: body_type,  # type: ignore[valid-type]
            body: bytes,
        ) -> Shown:
            """Write a new one."""
            record = kinds.preference_id(data.name) if kind == "preference" else None  # type: ignore[attr-defined]
            store = _store(parts, who)
            revision = writing.create(store, kind, _text(body), _author(who), record=record)
            return _changed(parts, who, revision)

        @get("/{record:uuid}", sync_to_thread=True, operation_id=f"get_{kind}")
        def show(self, parts: Parts, who: Credential, record: UUID) -> Shown:
            """One of them."""
            return _one(_store(parts, who), kind, record)

        @put("/{record:uuid}", sync_to_thread=True, operation_id=f"replace_{kind}")
        def replace(
            self,
            parts: Parts,
            who: Credential,
            record: UUID,
            data: body_type,  # type: ignore[valid-type]
            body: bytes,
            parent: UUID | None = None,
            settles: list[UUID] | None = None,
        ) -> Shown:
            """Write a new version of one; on an older `parent` both versions are kept."""
            revision = writing.replace(
                _store(parts, who),
                record,
                kind,
                _text(body),
                _author(who),
                parent=parent,
                settles=tuple(settles or ()),
            )
            return _changed(parts, who, revision)

        @delete("/{record:uuid}", sync_to_thread=True, operation_id=f"discard_{kind}")
        def discard(self, parts: Parts, who: Credential, record: UUID) -> None:
            """Put one in the trash."""
            revision = writing.discard(_store(parts, who), record, kind, _author(who))
            _tell(parts, who, revision)

    return Kind


class EveryKind(Controller):
    """What is the same for all records."""

    path = "/api"
    tags = ("records",)

    @get("/search", sync_to_thread=True)
    def search(
        self, parts: Parts, who: Credential, text: Words, after: Place = None, limit: Limit = 50
    ) -> Records:
        """Everything that has these words, newest first; the last word may be a beginning."""
        return _page(_store(parts, who), Filter(text=text or " "), after, limit)

    @get("/trash", sync_to_thread=True)
    def trash(
        self, parts: Parts, who: Credential, after: Place = None, limit: Limit = 50
    ) -> Records:
        """What is in the trash, with the words that it had."""
        return _page(_store(parts, who), Filter(in_trash=True), after, limit)

    @get("/tags", sync_to_thread=True)
    def tags_in_use(self, parts: Parts, who: Credential) -> list[str]:
        """Every tag that the journal uses."""
        return finding.tags(_store(parts, who))

    @get("/journal/on-this-day", sync_to_thread=True)
    def on_this_day(self, parts: Parts, who: Credential, day: date) -> list[Shown]:
        """Entries of this day in earlier years. `day` is the one that the member's clock shows."""
        return [_shown(found) for found in finding.on_this_day(_store(parts, who), day)]

    @get("/journal/mood", sync_to_thread=True)
    def mood(
        self,
        parts: Parts,
        who: Credential,
        since: Annotated[date, Parameter(query="from")],
        until: Annotated[date, Parameter(query="to")],
    ) -> list[DayMood]:
        """The mean mood of each day that has one."""
        return finding.moods(_store(parts, who), since, until)

    @get("/records/{record:uuid}/history", sync_to_thread=True)
    def history(self, parts: Parts, who: Credential, record: UUID) -> list[Version]:
        """Every version of a record, oldest first."""
        found = revisions.history(_store(parts, who), record)
        if not found:
            raise NotFound
        return [_version(revision) for revision in found]

    @post("/records/{record:uuid}/restore", sync_to_thread=True)
    def restore(self, parts: Parts, who: Credential, record: UUID, data: Restoring) -> Shown:
        """Show an earlier version again, also out of the trash."""
        revision = writing.restore(_store(parts, who), record, data.revision, _author(who))
        return _changed(parts, who, revision)

    @post("/records/{record:uuid}/purge", sync_to_thread=True, status_code=204)
    def purge(self, parts: Parts, who: Credential, record: UUID) -> None:
        """Erase a record and every version of it, for ever."""
        revision = writing.purge(_store(parts, who), record, _author(who))
        _tell(parts, who, revision)


def _store(parts: Parts, who: Credential) -> MemberStore:
    return parts.vault.member(who.member)


def _author(who: Credential) -> Author:
    wall_clock.check()
    return Author(str(who.device), wall_clock.now_ms())


def _text(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise RecordInvalid("The words are not UTF-8.") from error


def _changed(parts: Parts, who: Credential, revision: Revision) -> Shown:
    _tell(parts, who, revision)
    return _one(_store(parts, who), revision.kind, revision.record)


def _tell(parts: Parts, who: Credential, revision: Revision) -> None:
    parts.phones.poke_soon(who.member, Poke(head=revision.sequence))


def _page(store: MemberStore, wanted: Filter, after: int | None, limit: int) -> Records:
    page = finding.page(store, wanted, after=after, limit=limit)
    return Records([_shown(found) for found in page.found], page.after)


def _one(store: MemberStore, kind: str, record: UUID) -> Shown:
    found = finding.get(store, kind, record)
    if found is None:
        raise NotFound
    return _shown(found)


def _shown(found: Found) -> Shown:
    revision = found.revision
    return Shown(
        id=revision.record,
        kind=revision.kind,
        revision=revision.rev_id,
        clock=clocks.to_text(revision.clock),
        written_at=clocks.milliseconds(revision.clock),
        body=_raw(revision.body or "null"),
        others=[_version(other) for other in found.others],
    )


def _version(revision: Revision) -> Version:
    return Version(
        revision=revision.rev_id,
        op=revision.op,
        clock=clocks.to_text(revision.clock),
        written_at=clocks.milliseconds(revision.clock),
        device=revision.device,
        body=None if revision.body is None else _raw(revision.body),
    )


def _raw(text: str) -> msgspec.Raw:
    return msgspec.Raw(text.encode())


router = Router(
    "/",
    route_handlers=[EveryKind, *(routes_of(kind, kinds.KINDS[kind]) for kind in _PATHS)],
    request_max_body_size=MAX_BODY_BYTES + 1024,
)
