"""How a picture was made, said in XMP by IPTC's digital source type, as the law asks in some markets."""

from typing import Literal

Origin = Literal["generated", "composite", "enhanced"]
"""Made whole by a model, with parts that were, or changed by a method that invents nothing."""

_SOURCE_TYPES: dict[Origin, str] = {
    "generated": "trainedAlgorithmicMedia",
    "composite": "compositeWithTrainedAlgorithmicMedia",
    "enhanced": "algorithmicallyEnhanced",
}


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
