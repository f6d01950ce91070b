"""Brings words in: the box's own archive, Day One's JSON export, or a folder of Markdown, as a zip.

Whatever is imported twice is there once: ids follow from what is imported. A zip is never unpacked to
the disk, and what it claims about its sizes is not believed.
"""

import re
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from io import BytesIO
from pathlib import PurePosixPath
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from futureself_box.errors import ArchiveUnreadable, BoxError
from futureself_box.records import archive, attachments, kinds, revisions
from futureself_box.records.attachments import Announced
from futureself_box.records.kinds import AttachmentLink, Entry
from futureself_box.records.revisions import Change
from futureself_box.records.stripping import Type
from futureself_box.settings import Records
from futureself_box.store.vault import MemberStore

_MOST_FILES = 100_000
_MOST_TEXT_BYTES = 128 * 1024 * 1024
_MB = 1_000_000
# Entries in one transaction: each waits for the disk.
_BATCH = 500
_TYPES: dict[str, Type] = {"jpeg": "image/jpeg", "jpg": "image/jpeg", "png": "image/png"}
_DAY_ONE_PICTURE = re.compile(r"!\[\]\(dayone-moment:[^)]*\)\s*")
_DAY_IN_NAME = re.compile(r"\d{4}-\d{2}-\d{2}")


class Imported(msgspec.Struct, frozen=True):
    """What came of an import: records or versions, files, and what could not be kept and why."""

    records: int
    attachments: int
    problems: list[str]


class DayOnePhoto(msgspec.Struct, frozen=True):
    """A photo as Day One lists it."""

    md5: str = ""
    type: str = ""


class DayOnePlace(msgspec.Struct, frozen=True, rename="camel"):
    """Where an entry was written."""

    place_name: str = ""


class DayOneEntry(msgspec.Struct, frozen=True, rename="camel"):
    """An entry as Day One exports it."""

    uuid: str
    creation_date: datetime
    text: str = ""
    time_zone: str = "UTC"
    tags: list[str] = []
    photos: list[DayOnePhoto] = []
    location: DayOnePlace = DayOnePlace()


class DayOneJournal(msgspec.Struct, frozen=True):
    """A journal's file in Day One's zip."""

    entries: list[DayOneEntry]


class Import:
    """One import into one member's store."""

    def __init__(self, store: MemberStore, limits: Records, device: str, now_ms: int) -> None:
        self._store = store
        self._limits = limits
        self._device = device
        self._now_ms = now_ms
        self._records = 0
        self._files = 0
        self._problems: list[str] = []
        self._waiting: list[tuple[UUID, str]] = []

    def take(self, content: bytes) -> Imported:
        """Take a zip in. Raises ArchiveUnreadable, DiskFull and the like."""
        try:
            with zipfile.ZipFile(BytesIO(content)) as opened:
                self._take_zip(_Zip(opened))
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
            raise ArchiveUnreadable from error
        return Imported(self._records, self._files, self._problems)

    def _take_zip(self, opened: "_Zip") -> None:
        journals = [name for name in opened.names if name.endswith(".json")]
        notes = [name for name in opened.names if name.endswith(".md")]
        if archive.RECORDS in opened.names:
            self._take_own(opened)
        elif journals:
            for name in journals:
                self._take_day_one(opened, name)
        elif notes:
            for name in notes:
                self._take_markdown(name, opened.read(name))
        else:
            raise ArchiveUnreadable("There is no journal in that file.")
        self._flush()

    def _take_own(self, opened: "_Zip") -> None:
        contents = archive.read(opened.read(archive.RECORDS))
        self._records = archive.bring_in(self._store, contents, now_ms=self._now_ms)
        missing = attachments.missing(self._store, [one.id for one in contents.attachments])
        for one in contents.attachments:
            name = f"attachments/{one.id}"
            if one.id in missing and name in opened.names:
                file = opened.read(name, self._limits.attachment_mb * _MB)
                new = Announced(sha256=one.id, size=one.size, type=one.type)
                attachments.adopt(self._store, new, file, self._limits, now_ms=self._now_ms)
                self._files += 1

    def _take_day_one(self, opened: "_Zip", name: str) -> None:
        try:
            journal = msgspec.json.decode(opened.read(name), type=DayOneJournal)
        except msgspec.DecodeError as error:
            raise ArchiveUnreadable(f"{name} is not a Day One journal: {error}.") from error
        for entry in journal.entries:
            links = [link for photo in entry.photos for link in self._photo(opened, photo)]
            at = entry.creation_date.astimezone(_zone(entry.time_zone))
            body = Entry(
                text=_DAY_ONE_PICTURE.sub("", entry.text).strip(),
                day=at.date(),
                written_at=at,
                tags=tuple(entry.tags),
                attachments=tuple(links),
                place=entry.location.place_name,
            )
            self._write(f"dayone:{entry.uuid}", body)

    def _photo(self, opened: "_Zip", photo: DayOnePhoto) -> Iterator[AttachmentLink]:
        name = f"photos/{photo.md5}.{photo.type}"
        if name not in opened.names or photo.type not in _TYPES:
            self._problems.append(f"{name} is missing or of a kind that the box doesn't take.")
            return
        try:
            file = opened.read(name, self._limits.attachment_mb * _MB)
            new = Announced(
                sha256=sha256(file).hexdigest(), size=len(file), type=_TYPES[photo.type]
            )
            upload = attachments.begin(self._store, new, self._limits, now_ms=self._now_ms)
            if upload.state != "kept":
                attachments.receive(
                    self._store, new.sha256, upload.received, file[upload.received :],
                    now_ms=self._now_ms,
                )  # fmt: skip
        except BoxError as error:
            self._problems.append(f"{name}: {error.message}")
            return
        self._files += 1
        yield AttachmentLink(id=new.sha256, type=new.type, size=new.size)

    def _take_markdown(self, name: str, content: bytes) -> None:
        text = content.decode(errors="replace").removeprefix("\ufeff")
        fields, words = _front_matter(text)
        at = _moment(fields.get("date", ""), name)
        if at is None:
            self._problems.append(f"{name} doesn't say when it was written.")
            return
        tags = re.split(r"[,\s\[\]\"']+", fields.get("tags", ""))
        mood = fields.get("mood", "")
        body = Entry(
            text=words.strip(),
            day=at.date(),
            written_at=at,
            tags=tuple(tag for tag in tags if tag),
            mood=int(mood) if re.fullmatch("[1-5]", mood) else None,
        )
        self._write(f"markdown:{name}", body)

    def _write(self, name: str, body: Entry) -> None:
        record = uuid5(NAMESPACE_URL, f"futureself:{name}")
        text = msgspec.json.encode(body).decode()
        try:
            kinds.check("entry", text, kinds.SCHEMA)
        except BoxError as error:
            self._problems.append(f"{name.partition(':')[2]}: {error.message}")
            return
        self._waiting.append((record, text))
        if len(self._waiting) == _BATCH:
            self._flush()

    def _flush(self) -> None:
        with self._store.write() as tx:
            for record, text in self._waiting:
                shown = revisions.head(tx, record)
                change = Change(
                    rev_id=uuid5(record, text),
                    record=record,
                    kind="entry",
                    op="put",
                    body=text,
                    parent=None if shown is None else shown.rev_id,
                )
                revisions.append(tx, change, device=self._device, now_ms=self._now_ms)
        self._records += len(self._waiting)
        self._waiting.clear()


class _Zip:
    """A zip that is read with care."""

    def __init__(self, opened: zipfile.ZipFile) -> None:
        self._opened = opened
        if len(opened.infolist()) > _MOST_FILES:
            raise ArchiveUnreadable("There are too many files in it.")
        self.names = {info.filename for info in opened.infolist() if not info.is_dir()}

    def read(self, name: str, most_bytes: int = _MOST_TEXT_BYTES) -> bytes:
        """A file's content. Raises ArchiveUnreadable where it is longer than it may be."""
        with self._opened.open(name) as file:
            content = file.read(most_bytes + 1)
        if len(content) > most_bytes:
            raise ArchiveUnreadable(f"{PurePosixPath(name).name} in it is too long.")
        return content


def _front_matter(text: str) -> tuple[dict[str, str], str]:
    found = re.match(r"---\n(.*?)\n---\n", text, re.DOTALL)
    if found is None:
        return {}, text
    pairs = (line.partition(":") for line in found[1].splitlines())
    return {key.strip().lower(): value.strip() for key, _, value in pairs}, text[found.end() :]


def _moment(written: str, name: str) -> datetime | None:
    in_name = _DAY_IN_NAME.search(name)
    for text in (written, in_name[0] if in_name else ""):
        try:
            at = datetime.fromisoformat(text)
        except ValueError:
            continue
        return at if at.tzinfo else at.replace(tzinfo=UTC)
    return None


def _zone(name: str) -> Any:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC
