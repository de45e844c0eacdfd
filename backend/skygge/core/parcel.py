"""Zip archives and XML from outside: opened only where they cannot hurt.

An archive may not point out of its folder, hold links or passwords, or unpack to more than MAX_BYTES. An XML file may
not declare anything: without a document type there are no entities, neither bombs nor files of this server.
"""

from __future__ import annotations

import io
import stat
import zipfile
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from xml.parsers import expat

from skygge.core.importing import FileTooLarge, FileUnsafe, ImportRefused, RowError

MAX_BYTES = 256 * 1024 * 1024
MAX_MEMBERS = 100
MAX_DEPTH = 64


def unpack(raw: bytes, max_bytes: int = MAX_BYTES) -> dict[str, bytes]:
    """The files of a zip archive by name. Raises FileUnsafe, FileTooLarge, and ImportRefused when it is no archive."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            members = [info for info in archive.infolist() if not info.is_dir()]
            _check_members(members, max_bytes)
            return _read(archive, members, max_bytes)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, ValueError) as problem:
        if isinstance(problem, FileUnsafe | FileTooLarge):
            raise
        raise ImportRefused([RowError(1, "file.not_zip")]) from None


def _check_members(members: list[zipfile.ZipInfo], max_bytes: int) -> None:
    names = [info.filename for info in members]
    if len(names) > MAX_MEMBERS or sum(info.file_size for info in members) > max_bytes:
        raise FileTooLarge("the archive holds too much")
    if len(set(names)) != len(names) or any(_leads_out(name) for name in names):
        raise FileUnsafe("a name in the archive leads out of it, or stands there twice")
    for info in members:
        kind = stat.S_IFMT(info.external_attr >> 16)
        if kind not in (0, stat.S_IFREG) or info.flag_bits & 1:
            raise FileUnsafe("the archive holds a link or something locked")


def _leads_out(name: str) -> bool:
    path = PurePosixPath(name)
    return path.is_absolute() or ".." in path.parts or "\\" in name or ":" in name or "\x00" in name


def _read(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo], max_bytes: int) -> dict[str, bytes]:
    """What is said about sizes may be a lie, so no more is unpacked than is taken."""
    found: dict[str, bytes] = {}
    left = max_bytes
    for info in members:
        with archive.open(info) as member:
            found[info.filename] = member.read(left + 1)
        left -= len(found[info.filename])
        if left < 0:
            raise FileTooLarge("the archive unpacks to too much")
    return found


@dataclass
class Element:
    """An XML element: its name without namespace, its attributes, its text, and the line where it begins."""

    name: str
    attributes: dict[str, str]
    row: int
    children: list[Element] = field(default_factory=list)
    text: str = ""

    def find(self, name: str) -> list[Element]:
        """The children of this name."""
        return [child for child in self.children if child.name == name]


def parse_xml(raw: bytes) -> Element:
    """The root of an XML document. Raises FileUnsafe where it declares anything, ImportRefused where broken."""
    parser = expat.ParserCreate(namespace_separator="}")
    root = Element("", {}, 0)
    stack = [root]

    def begin(name: str, attributes: dict[str, str]) -> None:
        if len(stack) > MAX_DEPTH:
            raise FileUnsafe("the file is nested too deeply")
        element = Element(name.rpartition("}")[2], attributes, parser.CurrentLineNumber)
        stack[-1].children.append(element)
        stack.append(element)

    def refuse(*_declared: object) -> None:
        raise FileUnsafe("the file declares a document type")

    def add(text: str) -> None:
        stack[-1].text += text

    parser.StartElementHandler, parser.EndElementHandler = begin, lambda _name: stack.pop()
    parser.CharacterDataHandler, parser.StartDoctypeDeclHandler = add, refuse
    parser.buffer_text = True
    try:
        parser.Parse(raw, True)
    except expat.ExpatError as problem:
        raise ImportRefused([RowError(problem.lineno, "file.not_xml")]) from None
    return root.children[0]
