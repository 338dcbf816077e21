"""What an artist gave a picture, as an XMP file beside it: other programs read rating, label, tags and notes."""

import re
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from xml.etree import ElementTree as ET  # only writes here; expat below reads, with document types refused
from xml.parsers import expat

from desktop.library.picture import LABELS, MOST_STARS, Label, LibraryPicture
from desktop.library.words import tidy_name

ENDING = ".xmp"
LARGEST_FILE = 1024 * 1024
NAMESPACES = {
    "x": "adobe:ns:meta/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "pentimento": "urn:pentimento:library:1",
}
UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML cannot hold."""
for _prefix, _uri in NAMESPACES.items():
    ET.register_namespace(_prefix, _uri)


@dataclass(frozen=True, kw_only=True)
class Sidecar:
    """What is not known is empty; `file` is where a picture lies that stayed outside the library's folder."""

    id: str = ""
    created_at: datetime | None = None
    starred: bool = False
    rating: int = 0
    label: Label = ""
    notes: str = ""
    tags: tuple[str, ...] = ()
    trashed_at: datetime | None = None
    file: Path | None = None

    @property
    def tells_something(self) -> bool:
        """What a rebuilt library would not know without it."""
        given = (self.starred, self.rating, self.label, self.notes, self.tags)
        return any(given) or self.trashed_at is not None or self.file is not None


def sidecar_of(picture: LibraryPicture) -> Sidecar:
    return Sidecar(
        id=picture.id,
        created_at=picture.created_at,
        starred=picture.starred,
        rating=picture.rating,
        label=picture.label,
        notes=picture.notes,
        tags=picture.tags,
        trashed_at=picture.trashed_at,
        file=picture.file if picture.linked else None,
    )


def write_sidecar(sidecar: Sidecar) -> bytes:
    root = ET.Element(_name("x", "xmpmeta"))
    description = ET.SubElement(
        ET.SubElement(root, _name("rdf", "RDF")), _name("rdf", "Description"), {_name("rdf", "about"): ""}
    )
    simple = {
        ("xmp", "Rating"): str(sidecar.rating),
        ("xmp", "Label"): sidecar.label.capitalize(),
        ("pentimento", "id"): sidecar.id,
        ("pentimento", "createdAt"): sidecar.created_at.isoformat() if sidecar.created_at else "",
        ("pentimento", "starred"): str(sidecar.starred),
        ("pentimento", "trashedAt"): sidecar.trashed_at.isoformat() if sidecar.trashed_at else "",
        ("pentimento", "file"): str(sidecar.file or ""),
    }
    for (prefix, name), value in simple.items():
        if value:
            description.set(_name(prefix, name), UNWRITABLE.sub("", value))
    _add_list(description, ("dc", "description"), "Alt", (sidecar.notes,) if sidecar.notes else ())
    _add_list(description, ("dc", "subject"), "Bag", sidecar.tags)
    ET.indent(root)
    written: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def read_sidecar(file: Path) -> Sidecar | None:
    """None where there is none, or none that can be understood; impossible values are passed over."""
    try:
        data = file.read_bytes() if file.stat().st_size <= LARGEST_FILE else b""
    except OSError:
        return None
    reader = _Reader()
    parser = expat.ParserCreate(namespace_separator="}")
    parser.StartDoctypeDeclHandler = _refuse
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, ValueError):
        return None
    return _understood(reader.values)


def read_foreign(picture: Path) -> Sidecar | None:
    """What another program wrote beside a picture, under either of the two names that are usual."""
    told = read_sidecar(picture.with_name(picture.name + ENDING)) or read_sidecar(picture.with_suffix(ENDING))
    return None if told is None else replace(told, id="", created_at=None, trashed_at=None, file=None)


class _Reader:
    """Every text by the property that it stands in, whether as an attribute, an element or in a list."""

    def __init__(self) -> None:
        self.values: defaultdict[str, list[str]] = defaultdict(list)
        self._path: list[str] = []
        self._text = ""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._path.append(tag)
        self._text = ""
        if tag == _plain("rdf", "Description"):
            for name, value in attributes.items():
                self.values[name].append(value)

    def end(self, tag: str) -> None:
        self._path.pop()
        text, self._text = self._text.strip(), ""
        if tag == _plain("rdf", "li") and len(self._path) >= 2:
            self.values[self._path[-2]].append(text)
        elif text:
            self.values[tag].append(text)

    def text(self, text: str) -> None:
        self._text += text


def _understood(values: dict[str, list[str]]) -> Sidecar:
    def first(prefix: str, name: str) -> str:
        return next(iter(values.get(_plain(prefix, name), ())), "")

    rating = first("xmp", "Rating")
    label = first("xmp", "Label").lower()
    file = first("pentimento", "file")
    tags = filter(None, map(tidy_name, values.get(_plain("dc", "subject"), ())))
    return Sidecar(
        id=first("pentimento", "id")[:100],
        created_at=_time(first("pentimento", "createdAt")),
        starred=first("pentimento", "starred") == "True",
        # Other programs write -1 for what was rejected.
        rating=min(int(rating), MOST_STARS) if re.fullmatch("[0-9]{1,3}", rating) else 0,
        label=label if label in LABELS else "",
        notes=first("dc", "description"),
        tags=tuple(dict.fromkeys(tags)),
        trashed_at=_time(first("pentimento", "trashedAt")),
        file=Path(file) if file else None,
    )


def _time(text: str) -> datetime | None:
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return None
    return time if time.tzinfo is not None else None


def _add_list(parent: ET.Element, name: tuple[str, str], kind: str, values: tuple[str, ...]) -> None:
    if not values:
        return
    holder = ET.SubElement(ET.SubElement(parent, _name(*name)), _name("rdf", kind))
    for value in values:
        item = ET.SubElement(holder, _name("rdf", "li"))
        item.text = UNWRITABLE.sub("", value)
        if kind == "Alt":
            item.set("{http://www.w3.org/XML/1998/namespace}lang", "x-default")


def _name(prefix: str, name: str) -> str:
    return f"{{{NAMESPACES[prefix]}}}{name}"


def _plain(prefix: str, name: str) -> str:
    """As expat writes it."""
    return f"{NAMESPACES[prefix]}}}{name}"


def _refuse(*_details: object) -> None:
    raise ValueError("a sidecar declares no document type")
