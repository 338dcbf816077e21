"""OpenRaster's stack.xml: the order of layers and what is said of each."""

from dataclasses import dataclass, field
from xml.etree import ElementTree as ET  # only writes here; expat below reads, with entities refused
from xml.parsers import expat

from desktop.canvas.errors import DocumentTooLargeError
from desktop.canvas.formats.archive import damaged, too_large
from desktop.canvas.history import Guides
from desktop.canvas.layers import BlendMode
from shared.imaging.pictures import LARGEST_PIXELS

DEEPEST_NESTING = 64
MOST_LAYERS = 2000
LARGEST_SIDE = 32768
LARGEST_OFFSET = 1_000_000
NAMESPACE = "https://pentimento.art/openraster"
"""Of what the standard has no word for; other programs leave it out when they save."""
OPERATORS = {mode: f"svg:{mode}" for mode in BlendMode} | {BlendMode.NORMAL: "svg:src-over"}
_MODES = {operator: mode for mode, operator in OPERATORS.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class StackMask:
    """OpenRaster knows no masks: an entry of our own, with its place on the document."""

    source: str
    x: int = 0
    y: int = 0
    background: int = 255
    enabled: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class StackLayer:
    """A layer, or a stack in the stack (`is_group`), which lies in the group of number `parent`."""

    source: str = ""
    name: str = ""
    x: int = 0
    y: int = 0
    opacity: float = 1.0
    visible: bool = True
    blend: BlendMode = BlendMode.NORMAL
    locked: bool = False
    selected: bool = False
    number: int = 0
    parent: int | None = None
    is_group: bool = False
    isolated: bool = True
    clipped: bool = False
    alpha_locked: bool = False
    position_locked: bool = False
    fill_opacity: float = 1.0
    unmasked: str = ""
    """The entry with the pixels that the mask hides too; `source` holds what shows, for other programs."""
    mask: StackMask | None = None


@dataclass(slots=True, kw_only=True)
class Stack:
    """Layers bottom to top, those of a group right before it."""

    width: int
    height: int
    layers: list[StackLayer] = field(default_factory=list)
    guides: Guides = field(default_factory=Guides)
    unknown_operators: list[tuple[str, str]] = field(default_factory=list)
    """(layer's name, operator) of blend modes that we don't have; they are taken as Normal."""


def write_stack(stack: Stack) -> bytes:
    about = {"version": "0.0.6", "w": str(stack.width), "h": str(stack.height), "xmlns:pentimento": NAMESPACE}
    for name, places in (("vertical", stack.guides.vertical), ("horizontal", stack.guides.horizontal)):
        if places:
            about[f"pentimento:{name}-guides"] = " ".join(map(repr, places))
    image = ET.Element("image", about)
    parents: dict[int | None, ET.Element] = {None: ET.SubElement(image, "stack", name="root")}
    for layer in reversed(stack.layers):
        tag = "stack" if layer.is_group else "layer"
        parents[layer.number] = ET.SubElement(parents[layer.parent], tag, _attributes(layer))
    text: str = ET.tostring(image, encoding="unicode")
    return f"<?xml version='1.0' encoding='UTF-8'?>\n{text}".encode()


def _attributes(layer: StackLayer) -> dict[str, str]:
    attributes = {
        "name": _writable(layer.name),
        "opacity": repr(layer.opacity * layer.fill_opacity),
        "visibility": "visible" if layer.visible else "hidden",
        "composite-op": OPERATORS[layer.blend],
    }
    if layer.is_group:
        attributes["isolation"] = "isolate" if layer.isolated else "auto"
    else:
        attributes |= {"src": layer.source, "x": str(layer.x), "y": str(layer.y)}
    if layer.fill_opacity < 1:
        attributes["pentimento:opacity"] = repr(layer.opacity)
        attributes["pentimento:fill-opacity"] = repr(layer.fill_opacity)
    marks = {
        "edit-locked": layer.locked,
        "selected": layer.selected,
        "pentimento:clipped": layer.clipped,
        "pentimento:alpha-locked": layer.alpha_locked,
        "pentimento:position-locked": layer.position_locked,
    }
    attributes |= {name: "true" for name, is_set in marks.items() if is_set}
    if layer.mask is not None:
        attributes |= _mask_attributes(layer, layer.mask)
    return attributes


def _mask_attributes(layer: StackLayer, mask: StackMask) -> dict[str, str]:
    return {
        "pentimento:unmasked": layer.unmasked,
        "pentimento:mask": mask.source,
        "pentimento:mask-x": str(mask.x),
        "pentimento:mask-y": str(mask.y),
        "pentimento:mask-background": str(mask.background),
        "pentimento:mask-enabled": "true" if mask.enabled else "false",
    }


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


class _Reader:
    """Takes expat's events."""

    def __init__(self) -> None:
        self.stack: Stack | None = None
        self._groups: list[StackLayer] = []
        self._depth = 0
        self._in_root = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > DEEPEST_NESTING:
            raise too_large("stack.xml is nested too deeply")
        if tag == "image" and self.stack is None:
            self.stack = Stack(
                width=_side(attributes, "w"), height=_side(attributes, "h"), guides=_guides(attributes)
            )
            if self.stack.width * self.stack.height > LARGEST_PIXELS:
                raise _too_many_pixels(self.stack)
        elif tag == "stack" and not self._in_root:
            self._in_root = True
        elif tag in {"stack", "layer"}:
            layer = self._add(attributes, is_group=tag == "stack")
            if layer.is_group:
                self._groups.append(layer)

    def end(self, tag: str) -> None:
        self._depth -= 1
        if tag == "stack" and self._groups:
            self._groups.pop()

    def _add(self, attributes: dict[str, str], *, is_group: bool) -> StackLayer:
        if self.stack is None:
            raise damaged("a layer outside the image")
        if len(self.stack.layers) >= MOST_LAYERS:
            raise too_large("too many layers")
        group = self._groups[-1] if self._groups else None
        name, operator = attributes.get("name", ""), attributes.get("composite-op", "svg:src-over")
        if operator not in _MODES:
            self.stack.unknown_operators.append((name, operator))
        layer = StackLayer(
            source=attributes.get("src", ""),
            name=name,
            # Old files move whole stacks.
            x=_offset(attributes, "x") + (group.x if group is not None else 0),
            y=_offset(attributes, "y") + (group.y if group is not None else 0),
            opacity=_opacity(attributes, "pentimento:opacity" if _FILL in attributes else "opacity"),
            visible=attributes.get("visibility", "visible") != "hidden",
            blend=_MODES.get(operator, BlendMode.NORMAL),
            locked=_is_set(attributes, "edit-locked"),
            selected=_is_set(attributes, "selected"),
            number=len(self.stack.layers),
            parent=group.number if group is not None else None,
            is_group=is_group,
            isolated=attributes.get("isolation", "isolate") != "auto",
            clipped=_is_set(attributes, "pentimento:clipped"),
            alpha_locked=_is_set(attributes, "pentimento:alpha-locked"),
            position_locked=_is_set(attributes, "pentimento:position-locked"),
            fill_opacity=_opacity(attributes, _FILL),
            unmasked=attributes.get("pentimento:unmasked", ""),
            mask=_mask(attributes),
        )
        self.stack.layers.append(layer)
        return layer


_FILL = "pentimento:fill-opacity"


def _is_set(attributes: dict[str, str], name: str) -> bool:
    return attributes.get(name) == "true"


def _mask(attributes: dict[str, str]) -> StackMask | None:
    source = attributes.get("pentimento:mask")
    if not source:
        return None
    return StackMask(
        source=source,
        x=_offset(attributes, "pentimento:mask-x"),
        y=_offset(attributes, "pentimento:mask-y"),
        background=min(max(int(attributes.get("pentimento:mask-background", "255")), 0), 255),
        enabled=_is_set(attributes, "pentimento:mask-enabled"),
    )


def _guides(attributes: dict[str, str]) -> Guides:
    vertical, horizontal = (
        tuple(_place(text) for text in attributes.get(f"pentimento:{name}-guides", "").split()[:MOST_LAYERS])
        for name in ("vertical", "horizontal")
    )
    return Guides(vertical, horizontal)


def _place(text: str) -> float:
    place = float(text)
    if not abs(place) <= LARGEST_OFFSET:
        raise damaged(f"a guide lies at {place}")
    return place


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
    if abs(offset) > LARGEST_OFFSET:
        raise damaged(f"a layer lies at {offset}")
    return offset


def _opacity(attributes: dict[str, str], name: str) -> float:
    opacity = float(attributes.get(name, "1"))
    return min(max(opacity, 0.0), 1.0) if opacity == opacity else 1.0  # noqa: PLR0124  # NaN alone differs from itself
