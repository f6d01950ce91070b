"""A disk that loses what was not flushed: a file system in user space, run as a process of its own.

    python -m tests.store.losing_disk MOUNT SURVIVED OPERATIONS SEED

What is written lies in memory until fsync. With the last of so many operations the power goes: every
call fails from then on. At the end of its input the disk leaves in SURVIVED what a real one might:
all that was flushed, and of the rest any part, page by page; a name only if its folder was flushed.
"""

import errno
import os
import random
import stat
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyfuse3
import trio

_PAGES = (512, 4096)


@dataclass
class File:
    """Bytes as programs see them, and what led to them since they were last flushed."""

    mode: int
    content: bytearray = field(default_factory=bytearray)
    flushed: bytearray = field(default_factory=bytearray)
    unflushed: list[tuple[int, bytes] | int] = field(default_factory=list)

    def write(self, start: int, piece: bytes) -> None:
        _put(self.content, start, piece)
        self.unflushed.append((start, piece))

    def cut(self, size: int) -> None:
        _resize(self.content, size)
        self.unflushed.append(size)

    def flush(self) -> None:
        self.flushed = bytearray(self.content)
        self.unflushed.clear()

    def after_power_loss(self, chance: random.Random) -> bytes:
        survived = bytearray(self.flushed)
        page = chance.choice(_PAGES)
        kept = chance.random()
        for change in self.unflushed:
            if isinstance(change, int):
                if chance.random() < kept:
                    _resize(survived, change)
                continue
            start, piece = change
            while piece:
                length = page - start % page
                if chance.random() < kept:
                    _put(survived, start, piece[:length])
                start, piece = start + length, piece[length:]
        return bytes(survived)


@dataclass
class Folder:
    """Names as programs see them, and what changed since they were last flushed."""

    mode: int
    names: dict[bytes, int] = field(default_factory=dict)
    flushed: dict[bytes, int] = field(default_factory=dict)
    unflushed: list[dict[bytes, int | None]] = field(default_factory=list)

    def change(self, changed: dict[bytes, int | None]) -> None:
        _rename(self.names, changed)
        self.unflushed.append(changed)

    def flush(self) -> None:
        self.flushed = dict(self.names)
        self.unflushed.clear()

    def after_power_loss(self, chance: random.Random) -> dict[bytes, int]:
        survived = dict(self.flushed)
        kept = chance.random()
        for changed in self.unflushed:
            if chance.random() < kept:
                _rename(survived, changed)
        return survived


class Disk(pyfuse3.Operations):
    """Everything on it, by inode."""

    def __init__(self, operations: int) -> None:
        super().__init__()
        self._left = operations
        root = Folder(stat.S_IFDIR | 0o700)
        self._nodes: dict[int, File | Folder] = {pyfuse3.ROOT_INODE: root}

    async def lookup(
        self, parent: int, name: bytes, _context: pyfuse3.RequestContext
    ) -> pyfuse3.EntryAttributes:
        inode = self._folder(parent).names.get(name)
        if inode is None:
            raise pyfuse3.FUSEError(errno.ENOENT)
        return self._attributes(inode)

    async def getattr(
        self, inode: int, _context: pyfuse3.RequestContext
    ) -> pyfuse3.EntryAttributes:
        return self._attributes(inode)

    async def setattr(
        self,
        inode: int,
        attr: pyfuse3.EntryAttributes,
        fields: pyfuse3.SetattrFields,
        _file: int | None,
        _context: pyfuse3.RequestContext,
    ) -> pyfuse3.EntryAttributes:
        if fields.update_size:
            self._spend()
            self._file(inode).cut(attr.st_size)
        return self._attributes(inode)

    async def opendir(self, inode: int, _context: pyfuse3.RequestContext) -> int:
        return inode

    async def readdir(self, inode: int, start: int, token: pyfuse3.ReaddirToken) -> None:
        for place, (name, node) in enumerate(
            list(self._folder(inode).names.items())[start:], start
        ):
            if not pyfuse3.readdir_reply(token, name, self._attributes(node), place + 1):
                return

    async def mkdir(
        self, parent: int, name: bytes, mode: int, _context: pyfuse3.RequestContext
    ) -> pyfuse3.EntryAttributes:
        return self._attributes(self._add(parent, name, Folder(stat.S_IFDIR | mode)))

    async def create(
        self, parent: int, name: bytes, mode: int, _flags: int, _context: pyfuse3.RequestContext
    ) -> tuple[pyfuse3.FileInfo, pyfuse3.EntryAttributes]:
        inode = self._add(parent, name, File(stat.S_IFREG | mode))
        return pyfuse3.FileInfo(fh=inode), self._attributes(inode)

    async def unlink(self, parent: int, name: bytes, _context: pyfuse3.RequestContext) -> None:
        self._spend()
        self._folder(parent).change({name: None})

    async def rmdir(self, parent: int, name: bytes, context: pyfuse3.RequestContext) -> None:
        await self.unlink(parent, name, context)

    async def rename(
        self,
        parent: int,
        name: bytes,
        new_parent: int,
        new_name: bytes,
        _flags: int,
        _context: pyfuse3.RequestContext,
    ) -> None:
        self._spend()
        folder = self._folder(parent)
        if new_parent != parent:
            raise pyfuse3.FUSEError(errno.EXDEV)
        folder.change({new_name: folder.names[name], name: None})

    async def open(
        self, inode: int, flags: int, _context: pyfuse3.RequestContext
    ) -> pyfuse3.FileInfo:
        if flags & os.O_TRUNC:
            self._spend()
            self._file(inode).cut(0)
        return pyfuse3.FileInfo(fh=inode)

    async def read(self, inode: int, start: int, size: int) -> bytes:
        self._powered()
        return bytes(self._file(inode).content[start : start + size])

    async def write(self, inode: int, start: int, piece: bytes) -> int:
        self._file(inode).write(start, bytes(piece))
        self._spend()
        return len(piece)

    async def fsync(self, inode: int, _data_only: bool) -> None:
        self._spend()
        self._file(inode).flush()

    async def fsyncdir(self, inode: int, _data_only: bool) -> None:
        self._spend()
        self._folder(inode).flush()

    def leave(self, survived: Path, chance: random.Random) -> None:
        """Write what is left after the power went to a folder of another disk."""
        self._leave(pyfuse3.ROOT_INODE, survived, chance)

    def _leave(self, inode: int, path: Path, chance: random.Random) -> None:
        node = self._nodes[inode]
        if isinstance(node, File):
            path.write_bytes(node.after_power_loss(chance))
            return
        path.mkdir(exist_ok=True)
        for name, child in node.after_power_loss(chance).items():
            self._leave(child, path / os.fsdecode(name), chance)

    def _add(self, parent: int, name: bytes, node: File | Folder) -> int:
        self._spend()
        inode = len(self._nodes) + 1
        self._nodes[inode] = node
        self._folder(parent).change({name: inode})
        return inode

    def _spend(self) -> None:
        self._left -= 1
        self._powered()

    def _powered(self) -> None:
        if self._left < 0:
            raise pyfuse3.FUSEError(errno.EIO)

    def _file(self, inode: int) -> File:
        node = self._nodes[inode]
        assert isinstance(node, File)
        return node

    def _folder(self, inode: int) -> Folder:
        node = self._nodes[inode]
        assert isinstance(node, Folder)
        return node

    def _attributes(self, inode: int) -> pyfuse3.EntryAttributes:
        node = self._nodes[inode]
        attributes = pyfuse3.EntryAttributes()
        attributes.st_ino = inode
        attributes.st_mode = node.mode
        attributes.st_nlink = 1
        attributes.st_uid, attributes.st_gid = os.getuid(), os.getgid()
        attributes.st_size = len(node.content) if isinstance(node, File) else 0
        attributes.entry_timeout = attributes.attr_timeout = 0
        return attributes


def _put(content: bytearray, start: int, piece: bytes) -> None:
    if len(content) < start:
        _resize(content, start)
    content[start : start + len(piece)] = piece


def _resize(content: bytearray, size: int) -> None:
    del content[size:]
    content.extend(bytes(size - len(content)))


def _rename(names: dict[bytes, int], changed: dict[bytes, int | None]) -> None:
    for name, inode in changed.items():
        if inode is None:
            names.pop(name, None)
        else:
            names[name] = inode


async def _serve() -> None:
    async with trio.open_nursery() as nursery:
        nursery.start_soon(pyfuse3.main)
        await trio.lowlevel.wait_readable(sys.stdin.fileno())
        pyfuse3.terminate()


def _main(arguments: Sequence[str]) -> None:
    mount, survived, operations, seed = arguments
    disk = Disk(int(operations))
    pyfuse3.init(disk, mount, {*pyfuse3.default_options, "fsname=losing_disk"})
    try:
        print("mounted", flush=True)  # noqa: T201 (what the test waits for)
        trio.run(_serve)
    finally:
        pyfuse3.close(unmount=True)
    disk.leave(Path(survived), random.Random(int(seed)))  # noqa: S311 (chance, no secret)


if __name__ == "__main__":
    _main(sys.argv[1:])
