"""A picture made larger, its new detail painted by the model itself, tile by tile."""

from shared.contracts.errors import InvalidRequestError
from shared.contracts.generation import Placement, Upscale
from shared.imaging.blob_folder import BlobFolder
from shared.imaging.inpainting import ModelSides, StepRange
from shared.imaging.inpainting.resolution import work_size
from shared.imaging.pictures import LARGEST_PIXELS, read_picture
from shared.imaging.pixels import Pixels, flatten, resize_picture
from shared.imaging.tiles import Mosaic, tiles_of
from shared.inference.tasks.frame import Frame
from shared.inference.tasks.painter import Painter
from shared.inference.tasks.task import steps_for


class UpscaleTask:
    """What is transparent in the picture counts as white."""

    def __init__(self, request: Upscale, *, blobs: BlobFolder, sides: ModelSides) -> None:
        image = flatten(read_picture(blobs.path(request.image)))
        self.width, self.height = target_size(request, image)
        self.placement = Placement()
        self._start = resize_picture(image, self.width, self.height)
        self._tiles = tiles_of(self.width, self.height, side=sides.native, overlap=request.overlap)
        steps = steps_for(request.steps, request.strength)
        self.passes: tuple[StepRange, ...] = (steps,) * len(self._tiles)
        frames = []
        for tile in self._tiles:
            work = work_size(tile.width, tile.height, strength=request.strength, sides=sides)
            fitted = Frame.between(tile.width, tile.height, work.width, work.height, sides.multiple)
            frames.append(fitted.at(tile.x, tile.y))
        self.frames = tuple(frames)

    @property
    def notes(self) -> tuple[str, ...]:
        count = len(self._tiles)
        return (f"painted in {count} tiles",) if count > 1 else ()

    def part_of(self, picture: Pixels) -> Pixels:
        return resize_picture(picture, self.width, self.height)

    def paint(self, painter: Painter) -> list[Pixels]:
        mosaics = [Mosaic(self.width, self.height, tiles=self._tiles) for _ in range(painter.count)]
        for tile, frame, steps in zip(self._tiles, self.frames, self.passes, strict=True):
            start = frame.into(tile.crop(self._start))
            painted = painter.paint(frame, steps, pictures=[start])
            for mosaic, picture in zip(mosaics, painted, strict=True):
                mosaic.lay(tile, frame.out_of(picture))
        return [mosaic.picture() for mosaic in mosaics]


def target_size(request: Upscale, image: Pixels) -> tuple[int, int]:
    """Raises InvalidRequestError for more than pictures may have."""
    height, width = image.shape[:2]
    if request.width is not None and request.height is not None:
        wanted = (request.width, request.height)
    else:
        wanted = (round(width * request.factor), round(height * request.factor))
    if wanted[0] * wanted[1] > LARGEST_PIXELS:
        raise InvalidRequestError(
            "The picture would have {width} × {height} pixels, and pictures may have up to {megapixels} megapixels.",
            advice="Enlarge it by less.",
            width=wanted[0],
            height=wanted[1],
            megapixels=LARGEST_PIXELS // 1_000_000,
        )
    return wanted
