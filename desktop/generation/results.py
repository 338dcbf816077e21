"""A finished picture's way into the library and onto the staging strip, each exactly once."""

import asyncio

from desktop.generation.jobs import Candidate, Job
from desktop.generation.store import JobStore
from desktop.library.service import Library
from shared.contracts.errors import NotFoundError, StorageError
from shared.contracts.events import Picture
from shared.contracts.generation import BlobId, Inpaint, Outpaint, Placement
from shared.imaging.blob_folder import BlobFolder


class ResultKeeper:
    """The intent is stored before the library is asked, so that a kill between the two makes no second picture."""

    def __init__(self, *, store: JobStore, library: Library, blobs: BlobFolder) -> None:
        self._store = store
        self._library = library
        self._blobs = blobs

    async def keep(self, job: Job, picture: Picture) -> Candidate | None:
        """None where an earlier attempt of the job kept this picture. Raises StorageError."""
        stored = await self._store.result(job.id, picture.index)
        if stored is not None:
            return None if stored.is_kept else await self._complete(stored.candidate, stored.library_blob)
        library_blob = await asyncio.to_thread(self._library_file, picture)
        candidate = Candidate(
            job_id=job.id,
            index=picture.index,
            picture_id="",
            blob=picture.blob,
            width=picture.width,
            height=picture.height,
            placement=Placement(
                x=job.placement.x + picture.placement.x, y=job.placement.y + picture.placement.y
            ),
            recipe=picture.recipe,
            document_id=job.document_id,
        )
        await self._store.intend(candidate, library_blob)
        return await self._complete(candidate, library_blob)

    async def complete_intended(self) -> None:
        """After a restart: what was on its way into the library arrives there, and on the strip."""
        for stored in await self._store.intended():
            try:
                await self._complete(stored.candidate, stored.library_blob)
            except NotFoundError:
                # Its file is gone, so its job, which waits again, has to paint it anew.
                await self._store.forget(stored.candidate)

    async def _complete(self, candidate: Candidate, library_blob: BlobId) -> Candidate:
        png = await asyncio.to_thread(self._blobs.read, library_blob)
        added = await self._library.add(png, candidate.recipe, job_id=candidate.job_id)
        return await self._store.stage(candidate, added.id)

    def _library_file(self, picture: Picture) -> BlobId:
        """The engine's own file, or for a repainted region the whole picture with the region in its place."""
        request = picture.recipe.request
        if not isinstance(request, Inpaint | Outpaint):
            return picture.blob
        # numpy and OpenCV would slow the app's start.
        from shared.imaging.inpainting import paste
        from shared.imaging.inpainting.outpainting import whole_picture
        from shared.imaging.pictures import read_picture
        from shared.imaging.recipe_pictures import encode_recipe_png

        try:
            document = read_picture(self._blobs.path(request.image))[:, :, :3]
            layer = read_picture(self._blobs.path(picture.blob))
            if isinstance(request, Outpaint):
                whole = whole_picture(request, document, layer, picture.placement)
            else:
                whole = paste(document, layer, picture.placement)
            return self._blobs.put(encode_recipe_png(whole, picture.recipe))
        except OSError as error:
            raise StorageError(
                "The finished picture could not be written: {reason}.",
                advice="Free some room on the disk, then try the job again.",
                reason=error.strerror or error,
            ) from error
