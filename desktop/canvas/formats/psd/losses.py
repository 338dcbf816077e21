"""What of a PSD can't be kept, gathered while it is read and said in a few sentences."""

from psd_tools.constants import BlendMode as PsdMode
from psd_tools.constants import Tag
from psd_tools.psd.layer_and_mask import LayerRecord

from desktop.canvas.formats.ora import Note
from desktop.canvas.formats.psd.blend_modes import FROM_PSD, NEAREST
from desktop.canvas.layers import BlendMode

_ADJUSTMENTS = frozenset(
    {
        Tag.BRIGHTNESS_AND_CONTRAST,
        Tag.LEVELS,
        Tag.CURVES,
        Tag.EXPOSURE,
        Tag.VIBRANCE,
        Tag.HUE_SATURATION,
        Tag.HUE_SATURATION_V4,
        Tag.COLOR_BALANCE,
        Tag.BLACK_AND_WHITE,
        Tag.PHOTO_FILTER,
        Tag.CHANNEL_MIXER,
        Tag.COLOR_LOOKUP,
        Tag.INVERT,
        Tag.POSTERIZE,
        Tag.THRESHOLD,
        Tag.SELECTIVE_COLOR,
        Tag.GRADIENT_MAP,
    }
)
_FILLS = frozenset({Tag.SOLID_COLOR_SHEET_SETTING, Tag.PATTERN_FILL_SETTING, Tag.GRADIENT_FILL_SETTING})
_TEXTS = frozenset({Tag.TYPE_TOOL_OBJECT_SETTING, Tag.TYPE_TOOL_INFO})
_OBJECTS = frozenset(
    {Tag.SMART_OBJECT_LAYER_DATA1, Tag.SMART_OBJECT_LAYER_DATA2, Tag.PLACED_LAYER1, Tag.PLACED_LAYER2}
)
_EFFECTS = frozenset({Tag.EFFECTS_LAYER, Tag.OBJECT_BASED_EFFECTS_LAYER_INFO})
_VECTORS = frozenset({Tag.VECTOR_MASK_SETTING1, Tag.VECTOR_MASK_SETTING2})

_SENTENCES = {
    "adjustments": "Adjustment layers were left out: {names}.",
    "fills": "Fill layers have no pixels of their own and were left out: {names}.",
    "texts": "Text is a picture now and can't be written in any more: {names}.",
    "objects": "Smart objects are plain pictures now: {names}.",
    "effects": "Layer effects (shadows, glows, strokes) are not shown: {names}.",
    "vectors": "Vector masks were left out: {names}.",
    "ranges": "Layers that blend by brightness (“blend if”) show everywhere now: {names}.",
}


MOST_NAMES = 5


def named(names: list[str]) -> str:
    """The first few, in quotes, and how many more there are."""
    shown = ", ".join(f"“{name}”" for name in names[:MOST_NAMES])
    return shown + (f" (+{len(names) - MOST_NAMES})" if len(names) > MOST_NAMES else "")


class Losses:
    """Each kind of loss is one sentence, however many layers it meets."""

    def __init__(self) -> None:
        self._names: dict[str, list[str]] = {}
        self._modes: dict[str, list[str]] = {}
        self._notes: list[Note] = []

    def notes(self) -> tuple[Note, ...]:
        gathered = [
            Note(message=_SENTENCES[what], values={"names": named(names)})
            for what, names in self._names.items()
        ]
        modes = [
            Note(
                message="The blend mode {mode} is not known here; the nearest is used for {names}.",
                values={"mode": mode, "names": named(names)},
            )
            for mode, names in self._modes.items()
        ]
        return (*self._notes, *gathered, *modes)

    def converted_mode(self, mode: str) -> None:
        self._notes.append(
            Note(message="The colours were converted from {mode} to sRGB.", values={"mode": mode})
        )

    def converted_depth(self, depth: int) -> None:
        self._notes.append(
            Note(message="The {depth} bits of each colour became 8.", values={"depth": str(depth)})
        )

    def leaves_out(self, record: LayerRecord) -> bool:
        """Whether the layer is none that we have; it is told."""
        tags = record.tagged_blocks.keys()
        has_pixels = record.right > record.left and record.bottom > record.top
        if _ADJUSTMENTS & tags:
            self._tell("adjustments", record)
            return True
        if _FILLS & tags and not has_pixels:
            self._tell("fills", record)
            return True
        return False

    def look_at(self, record: LayerRecord, *, is_group: bool) -> None:
        tags = record.tagged_blocks.keys()
        for what, known in (
            ("texts", _TEXTS),
            ("objects", _OBJECTS),
            ("effects", _EFFECTS),
            ("vectors", _VECTORS),
        ):
            if known & tags:
                self._tell(what, record)
        ranges = record.blending_ranges
        whole = [(0, 65535), (0, 65535)]
        if not is_group and any(
            list(map(tuple, channel)) != whole
            for channel in (ranges.composite_ranges, *ranges.channel_ranges)
        ):
            self._tell("ranges", record)

    def blend_of(self, name: str, mode: object) -> tuple[BlendMode, bool]:
        """Ours, and whether a group lets its layers through."""
        if mode is PsdMode.PASS_THROUGH:
            return BlendMode.NORMAL, True
        known = FROM_PSD.get(mode)  # type: ignore[call-overload]  # what psd-tools read may be no mode at all
        if known is not None:
            return known, False
        shown = mode.name if isinstance(mode, PsdMode) else str(mode)
        self._modes.setdefault(shown, []).append(name)
        return NEAREST.get(mode, BlendMode.NORMAL), False  # type: ignore[call-overload]  # as above

    def _tell(self, what: str, record: LayerRecord) -> None:
        name = record.tagged_blocks.get_data(Tag.UNICODE_LAYER_NAME)
        self._names.setdefault(what, []).append((name if isinstance(name, str) else record.name).rstrip("\0"))
