"""The artist's own brushes, one small file each in the data folder."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from desktop.canvas.brushes.brush import Brush
from desktop.canvas.brushes.own_tips import LARGEST_SIDE, is_named_so, named_tip, tip_of_picture
from desktop.canvas.brushes.presets import (
    BRUSHES_SUFFIX,
    LARGEST_FILE,
    BrushFileError,
    Preset,
    encode_brushes,
    read_brushes,
)
from desktop.canvas.brushes.tips import Tips
from desktop.canvas.formats.atomic import disk_errors, replaced_file
from shared.imaging.pictures import picture_size, read_picture

SUFFIX = ".json"


@dataclass(frozen=True, slots=True)
class Loaded:
    presets: tuple[Preset, ...]
    damaged: tuple[str, ...]
    """Names of files that could not be read; they are left alone."""


class PresetStore:
    """Blocks on the disk: call it in a thread. Raises StorageError where the disk refuses."""

    def __init__(self, *, folder: Path, new_id: Callable[[], str]) -> None:
        self._folder = folder
        self._new_id = new_id
        self._tip_folder = folder / "tips"
        self.tips = Tips(own=self._tip_folder)

    def load(self) -> Loaded:
        presets: list[Preset] = []
        damaged: list[str] = []
        for file in sorted(self._folder.glob(f"*{SUFFIX}")):
            preset = _read(file)
            if preset is None:
                damaged.append(file.name)
            else:
                presets.append(preset)
        presets.sort(key=lambda preset: preset.name.casefold())
        return Loaded(tuple(presets), tuple(damaged))

    def add(self, name: str, brush: Brush) -> Preset:
        """Raises BrushFileError for a name that can't be one."""
        preset = named(self._new_id(), name, brush)
        self.put(preset)
        return preset

    def put(self, preset: Preset) -> None:
        """Write it anew, or bring a deleted one back."""
        file = self._file(preset)
        with disk_errors(file):
            self._folder.mkdir(parents=True, exist_ok=True)
            with replaced_file(file) as stream:
                stream.write(preset.model_dump_json(indent=1).encode())

    def delete(self, preset: Preset) -> None:
        with disk_errors(self._file(preset)):
            self._file(preset).unlink(missing_ok=True)

    def import_file(self, file: Path) -> tuple[Preset, ...]:
        """All of its brushes, or an error and none."""
        brushes = read_brushes(file)
        found = [named(self._new_id(), each.name, each.brush) for each in brushes.brushes]
        for name, data in brushes.tips.items():
            self._put_tip(name, data, file=file.name)
        for preset in found:
            self.put(preset)
        return tuple(found)

    def add_tip(self, picture: Path) -> str:
        """A picture as a tip of the artist's own; the name by which brushes call it. InvalidPictureError."""
        name, data = named_tip(picture.stem, tip_of_picture(read_picture(picture)))
        self._put_tip(name, data, file=picture.name)
        return name

    def _put_tip(self, name: str, data: bytes, *, file: str) -> None:
        if not is_named_so(name, data) or max(picture_size(data)) > LARGEST_SIDE:
            raise BrushFileError(
                "The file “{file}” holds a tip that is not what it says.",
                advice="Choose a file that Pentimento has exported.",
                file=file,
            )
        target = self._tip_folder / f"{name}.png"
        with disk_errors(target):
            self._tip_folder.mkdir(parents=True, exist_ok=True)
            with replaced_file(target) as stream:
                stream.write(data)
        self.tips.look_again()

    def export_file(self, presets: tuple[Preset, ...], file: Path) -> Path:
        """A missing ending is added; gives the file that was written."""
        target = file if file.suffix.lower() == BRUSHES_SUFFIX else file.with_name(file.name + BRUSHES_SUFFIX)
        with disk_errors(target), replaced_file(target) as stream:
            stream.write(encode_brushes(presets, self._tips_of(presets)))
        return target

    def _tips_of(self, presets: tuple[Preset, ...]) -> dict[str, bytes]:
        own = {preset.brush.tip for preset in presets} & set(self.tips.own_names)
        return {name: (self._tip_folder / f"{name}.png").read_bytes() for name in sorted(own)}

    def _file(self, preset: Preset) -> Path:
        return self._folder / f"{preset.id}{SUFFIX}"


def named(preset_id: str, name: str, brush: Brush) -> Preset:
    """A brush of the artist's own; BrushFileError for a name that can't be one."""
    try:
        return Preset(id=preset_id, name=name, brush=brush, own=True)
    except ValidationError as error:
        raise BrushFileError(
            "“{name}” can't be the name of a brush.",
            advice="Choose a name of 1 to 60 signs.",
            name=name[:80],
        ) from error


def _read(file: Path) -> Preset | None:
    """None for what is no brush, or not one of this name."""
    try:
        with file.open("rb") as stream:
            data = stream.read(LARGEST_FILE + 1)
        preset = Preset.model_validate_json(data[:LARGEST_FILE])
    except (OSError, ValidationError):
        return None
    return preset if preset.id == file.stem else None
