"""Takes out of photos and recordings what they tell beyond themselves: places, cameras, names, dates.

Photos are decoded and written anew, upright, with their colour profile and nothing else. Recordings
keep their sound byte for byte. The only file that touches Pillow and mutagen; whatever they or we
can't read leaves here as AttachmentUnreadable.
"""

import struct
import threading
from collections.abc import Iterator
from io import BytesIO
from typing import Any, Literal

from mutagen import MutagenError, apev2, id3, mp3, oggopus
from PIL import Image, ImageOps, JpegImagePlugin

from futureself_box.errors import AttachmentUnreadable

Type = Literal[
    "image/jpeg",
    "image/png",
    "image/webp",
    "audio/mp4",
    "audio/webm",
    "audio/ogg",
    "audio/mpeg",
    "audio/wav",
]

# The largest photo of a phone of 2026 has 48 to 50 million; one pixel takes up to four bytes.
_MOST_PIXELS = 51_000_000
# Our limit is held before anything is decoded, and refuses instead of warning.
Image.MAX_IMAGE_PIXELS = None
_FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
# Two large photos side by side would take a small machine's memory.
_one_at_a_time = threading.Lock()

_BROKEN = (
    MutagenError, OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, TypeError,
    OverflowError, struct.error,
)  # fmt: skip

_MP4_PARENTS = {b"moov", b"trak", b"mdia", b"minf", b"stbl"}
_MP4_TOLD = {b"udta", b"meta", b"uuid"}
_WAV_SOUND = {b"fmt ", b"fact", b"data"}
_EBML_HEADER, _EBML_VOID = 0x1A45DFA3, 0xEC
_EBML_PARENTS = {0x18538067, 0x1549A966}  # Segment, Info
_EBML_TOLD = {0x1254C367, 0x1941A469, 0x7BA9, 0x4461}  # Tags, Attachments, Title, DateUTC
_EBML_CLUSTER = 0x1F43B675


def strip(content: bytes, type_: Type) -> bytes:
    """The photo or recording alone. Raises AttachmentUnreadable where it is not of that type."""
    try:
        if type_ in _FORMATS:
            with _one_at_a_time:
                return _photo(content, _FORMATS[type_])
        return _SOUND[type_](content)
    except _BROKEN as error:
        raise AttachmentUnreadable from error


def _photo(content: bytes, format_: str) -> bytes:
    with Image.open(BytesIO(content), formats=[format_]) as image:
        if image.width * image.height > _MOST_PIXELS:
            raise AttachmentUnreadable("That photo has more pixels than the box takes.")
        if getattr(image, "n_frames", 1) > 1 and image.format != "MPO":
            raise AttachmentUnreadable("The box takes still pictures only.")
        # Kept apart, since some writers take comments and XMP from `info`.
        kept: dict[str | tuple[int, int], Any] = {
            k: image.info[k] for k in ("icc_profile", "transparency") if k in image.info
        }
        options: dict[str, Any] = {"icc_profile": kept.get("icc_profile")}
        if format_ == "JPEG":
            # The same tables as before: as good as the original, and no larger.
            options["qtables"] = getattr(image, "quantization", None)
            options["subsampling"] = JpegImagePlugin.get_sampling(image)
        elif format_ == "WEBP":
            options["quality"] = 90
        upright = ImageOps.exif_transpose(image)
        upright.info = dict(kept)
        stripped = BytesIO()
        upright.save(stripped, format_, **options)
    return stripped.getvalue()


def _mp3(content: bytes) -> bytes:
    file = BytesIO(content)
    mp3.MP3(file)
    for tags in (id3, apev2):
        tags.delete(_rewound(file))
    return file.getvalue()


def _ogg(content: bytes) -> bytes:
    file = BytesIO(content)
    oggopus.OggOpus(file).delete(_rewound(file))
    return file.getvalue()


def _rewound(file: BytesIO) -> BytesIO:
    file.seek(0)
    return file


def _wav(content: bytes) -> bytes:
    if content[:4] != b"RIFF" or content[8:12] != b"WAVE":
        raise AttachmentUnreadable
    kept = b"".join(_wav_chunks(content))
    return b"RIFF" + struct.pack("<I", len(kept) + 4) + b"WAVE" + kept


def _wav_chunks(content: bytes) -> Iterator[bytes]:
    at = 12
    while at + 8 <= len(content):
        name, size = content[at : at + 4], struct.unpack_from("<I", content, at + 4)[0]
        end = at + 8 + size + size % 2
        if name in _WAV_SOUND:
            yield content[at:end]
        at = end


def _mp4(content: bytes) -> bytes:
    if content[4:8] != b"ftyp":
        raise AttachmentUnreadable
    blanked = bytearray(content)
    _blank_mp4(blanked, 0, len(blanked))
    return bytes(blanked)


def _blank_mp4(content: bytearray, at: int, end: int) -> None:
    # Blanked in place as `free` boxes, so that the offsets of the sound hold (ISO/IEC 14496-12).
    while at + 8 <= end:
        size, name = struct.unpack_from(">I4s", content, at)
        header = 8
        if size == 1:
            size, header = struct.unpack_from(">Q", content, at + 8)[0], 16
        box_end = end if size == 0 else at + size
        if box_end > end or box_end < at + header:
            raise AttachmentUnreadable
        if name in _MP4_TOLD:
            content[at + 4 : at + 8] = b"free"
            content[at + header : box_end] = bytes(box_end - at - header)
        elif name in _MP4_PARENTS:
            _blank_mp4(content, at + header, box_end)
        at = box_end


def _webm(content: bytes) -> bytes:
    if int.from_bytes(content[:4], "big") != _EBML_HEADER:
        raise AttachmentUnreadable
    blanked = bytearray(content)
    _blank_webm(blanked, 0, len(blanked))
    return bytes(blanked)


def _blank_webm(content: bytearray, at: int, end: int) -> None:
    # Blanked in place as Void elements (RFC 8794, 11.3.2): the index of the file goes on to hold.
    while at < end:
        name, name_bytes, _ = _number(content, at, marked=True)
        size, size_bytes, unknown = _number(content, at + name_bytes, marked=False)
        body = at + name_bytes + size_bytes
        if name in _EBML_PARENTS or (name == _EBML_CLUSTER and unknown):
            # A live recording doesn't say how long these are; their parts follow each other.
            _blank_webm(content, body, end if unknown else min(body + size, end))
            if unknown:
                return
        if not unknown and body + size > end:
            raise AttachmentUnreadable
        if name in _EBML_TOLD:
            _void(content, at, body + size)
        at = body + size


def _void(content: bytearray, at: int, end: int) -> None:
    # A size of eight bytes where there is room, else of one.
    width = 8 if end - at >= 9 else 1
    size = end - at - 1 - width
    content[at] = _EBML_VOID
    content[at + 1 : at + 1 + width] = (size | 1 << 7 * width).to_bytes(width, "big")
    content[end - size : end] = bytes(size)


def _number(content: bytearray, at: int, *, marked: bool) -> tuple[int, int, bool]:
    """An EBML number (RFC 8794, 4): value, its width in bytes, and whether it says "unknown"."""
    width = 9 - content[at].bit_length()
    raw = content[at : at + width]
    if not 1 <= width <= 8 or len(raw) < width:
        raise AttachmentUnreadable
    number = int.from_bytes(raw, "big")
    value = number & ((1 << 7 * width) - 1)
    return (number if marked else value), width, value == (1 << 7 * width) - 1


_SOUND = {
    "audio/mpeg": _mp3,
    "audio/ogg": _ogg,
    "audio/wav": _wav,
    "audio/mp4": _mp4,
    "audio/webm": _webm,
}
