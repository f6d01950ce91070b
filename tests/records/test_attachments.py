"""Photos and recordings: they arrive whole, once, and without what they would give away."""

import errno
import hashlib
import os
import struct
import typing
import wave
from io import BytesIO
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mutagen import id3, ogg
from PIL import Image

from futureself_box.errors import (
    AttachmentChanged,
    AttachmentsFull,
    AttachmentTooLarge,
    AttachmentUnreadable,
    DiskFull,
    NotFound,
    OffsetWrong,
)
from futureself_box.records import attachments
from futureself_box.records.attachments import Announced, Attachment
from futureself_box.records.stripping import Type, strip
from futureself_box.settings import Records
from futureself_box.store.vault import MemberStore, Vault

SECRET = b"Canary Wharf 51.5054 N"
WEEK_MS = 7 * 24 * 3600 * 1000


@pytest.fixture
def store(vault: Vault) -> MemberStore:
    member = uuid4()
    vault.ensure_member(member)
    return vault.member(member)


def photo(format_: str = "JPEG", *, orientation: int = 1) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010E] = SECRET.decode()
    exif.get_ifd(0x8825)[1] = SECRET.decode()
    out = BytesIO()
    Image.effect_noise((64, 32), 50).convert("RGB").save(
        out, format_, exif=exif, xmp=b"<x>" + SECRET + b"</x>"
    )
    assert SECRET in out.getvalue()
    return out.getvalue()


def wav() -> bytes:
    out = BytesIO()
    with wave.open(out, "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(b"\1\2" * 800)
    info = b"INFOIART" + struct.pack("<I", len(SECRET)) + SECRET
    return out.getvalue() + b"LIST" + struct.pack("<I", len(info)) + info


def mp4_box(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(body), name) + body


def m4a() -> bytes:
    told = mp4_box(b"udta", mp4_box(b"\xa9xyz", SECRET))
    moov = mp4_box(b"moov", mp4_box(b"mvhd", bytes(100)) + told)
    return mp4_box(b"ftyp", b"M4A \0\0\0\0") + moov + mp4_box(b"mdat", b"sound")


def webm() -> bytes:
    tags = b"\x12\x54\xc3\x67" + bytes([0x80 | len(SECRET)]) + SECRET
    cluster = b"\x1f\x43\xb6\x75\x01" + b"\xff" * 7 + b"\xa3\x85sound"
    segment = b"\x18\x53\x80\x67\x01" + b"\xff" * 7
    return b"\x1a\x45\xdf\xa3\x80" + segment + tags + cluster


def mp3() -> bytes:
    file = BytesIO((b"\xff\xfb\x90\x00" + b"sound".ljust(413, b"\0")) * 10)
    tags = id3.ID3()
    tags.add(id3.TIT2(encoding=0, text=[SECRET.decode()]))
    tags.save(file, v1=2)
    return file.getvalue()


def opus() -> bytes:
    told = struct.pack("<I", len(SECRET) + 2) + b"A=" + SECRET
    packets = [
        b"OpusHead\1\1" + bytes(9),
        b"OpusTags" + struct.pack("<I", 3) + b"lib" + struct.pack("<I", 1) + told,
        b"sound",
    ]
    pages = ogg.OggPage.from_packets(packets[:1])
    pages += ogg.OggPage.from_packets(packets[1:2], sequence=1)
    pages += ogg.OggPage.from_packets(packets[2:], sequence=2)
    pages[0].first = pages[-1].last = True
    pages[0].position = pages[1].position = 0
    pages[-1].position = 960
    return b"".join(page.write() for page in pages)


def send(store: MemberStore, content: bytes, type_: Type, piece: int = 1000) -> Attachment:
    id_ = hashlib.sha256(content).hexdigest()
    upload = attachments.begin(store, Announced(id_, len(content), type_), Records(), now_ms=1)
    while upload.received < len(content):
        at = upload.received
        upload = attachments.receive(store, id_, at, content[at : at + piece], now_ms=1)
    return upload


@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP"])
def test_a_photo_is_kept_upright_and_without_its_place(store: MemberStore, format_: str) -> None:
    kept = send(store, photo(format_, orientation=6), f"image/{format_.lower()}")  # type: ignore[arg-type]
    _, content = attachments.content(store, kept.id)
    assert SECRET not in content
    with Image.open(BytesIO(content)) as image:
        assert (image.format, image.size) == (format_, (32, 64))
        assert not image.getexif()


@pytest.mark.parametrize(
    ("content", "type_", "sound"),
    [
        (wav(), "audio/wav", b"\1\2" * 800),
        (m4a(), "audio/mp4", b"sound"),
        (webm(), "audio/webm", b"sound"),
        (mp3(), "audio/mpeg", b"sound"),
        (opus(), "audio/ogg", b"sound"),
    ],
)
def test_a_recording_keeps_its_sound_and_nothing_else(
    content: bytes, type_: Type, sound: bytes
) -> None:
    assert SECRET in content
    stripped = strip(content, type_)
    assert sound in stripped
    assert SECRET not in stripped


# Pillow warns of metadata that it can't read, and goes on without it.
@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
@given(st.sampled_from([photo(), wav(), m4a(), webm(), mp3(), opus()]), st.data())
def test_a_broken_file_is_refused_as_unreadable(whole: bytes, data: st.DataObject) -> None:
    broken = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 5))):
        broken[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    cut = bytes(broken[: data.draw(st.integers(0, len(whole)))])
    types: tuple[Type, ...] = typing.get_args(Type)
    for type_ in types:
        try:
            strip(cut, type_)
        except AttachmentUnreadable:
            continue


def test_nothing_plain_lies_on_the_disk(store: MemberStore, tmp_path: Path) -> None:
    content = wav()
    for piece in (content[:900], content[900:]):
        id_ = hashlib.sha256(content).hexdigest()
        known = attachments.begin(
            store, Announced(id_, len(content), "audio/wav"), Records(), now_ms=1
        )
        attachments.receive(store, id_, known.received, piece, now_ms=1)
        for file in (tmp_path / "data").rglob("*"):
            held = file.read_bytes() if file.is_file() else b""
            assert SECRET not in held
            assert b"\1\2" * 20 not in held
            assert id_ not in file.name
    assert len(store.attachments.files()) == 1


def test_an_upload_goes_on_where_it_stopped_and_is_sent_once(store: MemberStore) -> None:
    content = wav()
    id_ = hashlib.sha256(content).hexdigest()
    new = Announced(id_, len(content), "audio/wav")
    attachments.begin(store, new, Records(), now_ms=1)
    attachments.receive(store, id_, 0, content[:700], now_ms=1)
    with pytest.raises(OffsetWrong) as raised:
        attachments.receive(store, id_, 0, content[:700], now_ms=1)
    assert raised.value.offset == 700
    assert attachments.begin(store, new, Records(), now_ms=1).received == 700
    assert attachments.missing(store, [id_]) == [id_]
    assert attachments.receive(store, id_, 700, content[700:], now_ms=1).state == "kept"
    assert attachments.begin(store, new, Records(), now_ms=1).received == len(content)
    assert attachments.missing(store, [id_]) == []


def test_an_upload_on_a_full_disk_goes_on_once_there_is_room(
    store: MemberStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = wav()
    id_ = hashlib.sha256(content).hexdigest()
    new = Announced(id_, len(content), "audio/wav")
    attachments.begin(store, new, Records(), now_ms=1)

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "full")

    for at, end in ((0, 700), (700, len(content))):
        with monkeypatch.context() as patched:
            patched.setattr(os, "fsync", full)
            with pytest.raises(DiskFull):
                attachments.receive(store, id_, at, content[at:end], now_ms=1)
        assert attachments.receive(store, id_, at, content[at:end], now_ms=1).received == end
    assert attachments.missing(store, [id_]) == []


def test_what_changed_on_its_way_or_is_no_photo_is_dropped(store: MemberStore) -> None:
    attachments.begin(store, Announced("0" * 64, 5, "image/png"), Records(), now_ms=1)
    with pytest.raises(AttachmentChanged):
        attachments.receive(store, "0" * 64, 0, b"hello", now_ms=1)
    with pytest.raises(AttachmentUnreadable):
        send(store, b"hello", "image/jpeg")
    with pytest.raises(NotFound):
        attachments.find(store, "0" * 64)
    assert not store.attachments.files()


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    out = BytesIO()
    Image.new("1", (20_000, 20_000)).save(out, "PNG")
    with pytest.raises(AttachmentUnreadable, match="pixels"):
        strip(out.getvalue(), "image/png")


def test_what_is_too_large_is_refused_at_once(store: MemberStore) -> None:
    with pytest.raises(AttachmentTooLarge):
        attachments.begin(store, Announced("0" * 64, 100_000_000, "image/png"), Records(), now_ms=1)
    for number in range(200):
        new = Announced(f"{number:064x}", 5_000_000, "image/png")
        attachments.begin(store, new, Records(attachments_gb=1), now_ms=1)
    with pytest.raises(AttachmentsFull):
        attachments.begin(
            store, Announced("f" * 64, 1, "image/png"), Records(attachments_gb=1), now_ms=1
        )


def test_a_file_lost_in_a_restore_is_missing_and_sent_again(store: MemberStore) -> None:
    kept = send(store, wav(), "audio/wav")
    for file in store.attachments.files():
        file.unlink()
    assert attachments.missing(store, [kept.id]) == [kept.id]
    assert send(store, wav(), "audio/wav").state == "kept"


def test_what_rests_for_a_week_unused_is_forgotten(store: MemberStore) -> None:
    used, unused = send(store, wav(), "audio/wav"), send(store, m4a(), "audio/mp4")
    assert attachments.forget_unused(store, {used.id}, now_ms=WEEK_MS) == []
    assert attachments.forget_unused(store, {used.id}, now_ms=WEEK_MS + 2) == [unused.id]
    assert attachments.missing(store, [used.id, unused.id]) == [unused.id]
    assert len(store.attachments.files()) == 1
    attachments.remove(store, used.id)
    assert not store.attachments.files()


def test_a_member_who_leaves_takes_their_attachments_along(
    vault: Vault, store: MemberStore, tmp_path: Path
) -> None:
    send(store, wav(), "audio/wav")
    vault.remove_member(store.member)
    assert not list((tmp_path / "data" / "members").iterdir())
