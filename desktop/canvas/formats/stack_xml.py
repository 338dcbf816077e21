"""OpenRaster's stack.xml: the order of layers and what is said of each."""

from dataclasses import dataclass, field
from xml.etree import ElementTree as ET  # only writes here; expat below reads, with entities refused
from xml.parsers import expat

from desktop.canvas.errors import DocumentTooLargeError
from desktop.canvas.formats.archive import damaged, too_large
from desktop.canvas.layers import BlendMode
from shared.imaging.pictures import LARGEST_PIXELS

DEEPEST_NESTING = 64
MOST_LAYERS = 2000
LARGEST_SIDE = 32768
OPERATORS = {mode: f"svg:{mode}" for mode in BlendMode} | {BlendMode.NORMAL: "svg:src-over"}
_MODES = {operator: mode for mode, operator in OPERATORS.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class StackLayer:
    """One layer; of nested stacks, what they say is already put into their layers."""

    source: str
    name: str = ""
    x: int = 0
    y: int = 0
    opacity: float = 1.0
    visible: bool = True
    blend: BlendMode = BlendMode.NORMAL
    locked: bool = False
    selected: bool = False


@dataclass(slots=True, kw_only=True)
class Stack:
    """Layers bottom to top."""

    width: int
    height: int
    layers: list[StackLayer] = field(default_factory=list)
    unknown_operators: list[tuple[str, str]] = field(default_factory=list)
    """(layer's name, operator) of blend modes that we don't have; they are taken as Normal."""
    flattened_groups: int = 0


def write_stack(stack: Stack) -> bytes:
    image = ET.Element("image", version="0.0.6", w=str(stack.width), h=str(stack.height))
    root = ET.SubElement(image, "stack", name="root")
    for layer in reversed(stack.layers):
        attributes = {
            "name": _writable(layer.name),
            "src": layer.source,
            "x": str(layer.x),
            "y": str(layer.y),
            "opacity": repr(layer.opacity),
            "visibility": "visible" if layer.visible else "hidden",
            "composite-op": OPERATORS[layer.blend],
        }
        if layer.locked:
            attributes["edit-locked"] = "true"
        if layer.selected:
            attributes["selected"] = "true"
        ET.SubElement(root, "layer", attributes)
    text: str = ET.tostring(image, encoding="unicode")
    return f"<?xml version='1.0' encoding='UTF-8'?>\n{text}".encode()


def _writable(text: str) -> str:
    """Without the control characters and lone surrogates that XML cannot hold."""
    allowed = (
        sign
        for sign in text
        if sign in "\t\n\r"
        or (ord(sign) >= 32 and not 0xD800 <= ord(sign) <= 0xDFFF and sign not in "\ufffe\uffff")
    )
    return "".join(allowed)


def read_stack(data: bytes) -> Stack:
    """Raises InvalidDocumentError, also for any document type or entity, and DocumentTooLargeError."""
    reader = _Reader()
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, ValueError, OverflowError) as error:
        raise damaged(f"stack.xml: {error}") from error
    if reader.stack is None:
        raise damaged("stack.xml holds no image")
    # The first element of a stack is the topmost.
    reader.stack.layers.reverse()
    return reader.stack


def _refuse_doctype(*_details: object) -> None:
    raise damaged("stack.xml declares a document type")


@dataclass(frozen=True, slots=True)
class _Group:
    opacity: float = 1.0
    visible: bool = True


class _Reader:
    """Takes expat's events; a group's opacity and visibility go down to its layers."""

    def __init__(self) -> None:
        self.stack: Stack | None = None
        self._groups: list[_Group] = []
        self._depth = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > DEEPEST_NESTING:
            raise too_large("stack.xml is nested too deeply")
        if tag == "image" and self.stack is None:
            self.stack = Stack(width=_side(attributes, "w"), height=_side(attributes, "h"))
            if self.stack.width * self.stack.height > LARGEST_PIXELS:
                raise _too_many_pixels(self.stack)
        elif tag == "stack":
            self._enter(attributes)
        elif tag == "layer":
            self._add(attributes)

    def end(self, tag: str) -> None:
        self._depth -= 1
        if tag == "stack" and self._groups:
            self._groups.pop()

    def _enter(self, attributes: dict[str, str]) -> None:
        outer = self._groups[-1] if self._groups else _Group()
        if self._groups and self.stack is not None:
            self.stack.flattened_groups += 1
        self._groups.append(
            _Group(outer.opacity * _opacity(attributes), outer.visible and _visible(attributes))
        )

    def _add(self, attributes: dict[str, str]) -> None:
        if self.stack is None:
            raise damaged("a layer outside the image")
        if len(self.stack.layers) >= MOST_LAYERS:
            raise too_large("too many layers")
        group = self._groups[-1] if self._groups else _Group()
        name, operator = attributes.get("name", ""), attributes.get("composite-op", "svg:src-over")
        if operator not in _MODES:
            self.stack.unknown_operators.append((name, operator))
        self.stack.layers.append(
            StackLayer(
                source=attributes.get("src", ""),
                name=name,
                x=_offset(attributes, "x"),
                y=_offset(attributes, "y"),
                opacity=group.opacity * _opacity(attributes),
                visible=group.visible and _visible(attributes),
                blend=_MODES.get(operator, BlendMode.NORMAL),
                locked=attributes.get("edit-locked") == "true",
                selected=attributes.get("selected") == "true",
            )
        )


def _side(attributes: dict[str, str], name: str) -> int:
    side = int(attributes.get(name, ""))
    if not 1 <= side <= LARGEST_SIDE:
        raise too_large(f"a side of {side} pixels") if side > 0 else damaged(f"a side of {side} pixels")
    return side


def _too_many_pixels(stack: Stack) -> DocumentTooLargeError:
    return DocumentTooLargeError(
        "This document has {width} x {height} pixels, which is more than can be opened.",
        advice="Make the picture smaller in the program that made it.",
        width=stack.width,
        height=stack.height,
    )


def _offset(attributes: dict[str, str], name: str) -> int:
    offset = int(float(attributes.get(name, "0")))
    if abs(offset) > 1_000_000:
        raise damaged(f"a layer lies at {offset}")
    return offset


def _opacity(attributes: dict[str, str]) -> float:
    opacity = float(attributes.get("opacity", "1"))
    return min(max(opacity, 0.0), 1.0) if opacity == opacity else 1.0  # noqa: PLR0124  # NaN alone differs from itself


def _visible(attributes: dict[str, str]) -> bool:
    return attributes.get("visibility", "visible") != "hidden"
