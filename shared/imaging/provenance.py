"""How a picture was made, said in XMP by IPTC's digital source type, as the law asks in some markets."""

import io
import re
from pathlib import Path
from typing import Literal

from PIL import Image

Origin = Literal["generated", "composite", "enhanced", "edited", "human"]
"""Made whole by a model, with parts that were, changed by a method that invents nothing, by a person who worked on
what was brought in from elsewhere, or by a person alone."""

_SOURCE_TYPES: dict[Origin, str] = {
    "generated": "trainedAlgorithmicMedia",
    "composite": "compositeWithTrainedAlgorithmicMedia",
    "enhanced": "algorithmicallyEnhanced",
    "edited": "humanEdits",
    "human": "digitalCreation",
}
_ORIGINS = {source_type: origin for origin, source_type in _SOURCE_TYPES.items()}
# Written as an element, or as an attribute of the description; a packet is never parsed as XML for this one word.
_SOURCE_TYPE = re.compile(
    r"DigitalSourceType\W{1,40}(?:rdf:resource\W{1,4})?https?://cv\.iptc\.org/newscodes/digitalsourcetype/(\w{1,80})"
)
_XMP_ENTRIES = ("xmp", "XML:com.adobe.xmp")
_TIFF_XMP = 700
LONGEST_PACKET = 4 * 1024 * 1024


def digital_source_type_xmp(kind: Origin) -> str:
    """A complete XMP packet for a PNG's `XML:com.adobe.xmp` text or another format's XMP block."""
    source_type = f"http://cv.iptc.org/newscodes/digitalsourcetype/{_SOURCE_TYPES[kind]}"
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/">\n'
        ' <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">\n'
        '  <rdf:Description rdf:about=""\n'
        '    xmlns:xmp="http://ns.adobe.com/xap/1.0/"\n'
        '    xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/">\n'
        "   <xmp:CreatorTool>Pentimento</xmp:CreatorTool>\n"
        f"   <Iptc4xmpExt:DigitalSourceType>{source_type}</Iptc4xmpExt:DigitalSourceType>\n"
        "  </rdf:Description>\n"
        " </rdf:RDF>\n"
        "</x:xmpmeta>\n"
        '<?xpacket end="w"?>'
    )


def read_origin(source: Path | bytes) -> Origin | None:
    """What a picture's XMP says of how it was made; None where it says nothing that we know, or can't be read."""
    try:
        with Image.open(io.BytesIO(source) if isinstance(source, bytes) else source) as image:
            return origin_in_xmp(_packet(image))
    except Exception:  # noqa: BLE001 - a picture is worth opening whatever stands beside its pixels
        return None


def origin_in_xmp(packet: bytes | str) -> Origin | None:
    text = packet[:LONGEST_PACKET]
    found = _SOURCE_TYPE.search(text.decode("utf-8", "replace") if isinstance(text, bytes) else text)
    return _ORIGINS.get(found[1]) if found else None


def _packet(image: Image.Image) -> bytes | str:
    for name in _XMP_ENTRIES:
        packet = image.info.get(name)
        if isinstance(packet, bytes | str):
            return packet
    tags = getattr(image, "tag_v2", None)
    packet = tags.get(_TIFF_XMP) if tags is not None else None
    return packet if isinstance(packet, bytes) else b""
