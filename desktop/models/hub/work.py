"""Answers requests with `huggingface_hub`; only the Hub's process imports this."""

import errno
import hashlib
import queue
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Self

import httpx2
from huggingface_hub import HfApi, ModelInfo, constants, get_hf_file_metadata, get_session, hf_hub_url
from huggingface_hub.errors import (
    EntryNotFoundError,
    FileMetadataError,
    GatedRepoError,
    HfHubHTTPError,
    HFValidationError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)
from huggingface_hub.file_download import http_get
from huggingface_hub.utils._headers import build_hf_headers
from huggingface_hub.utils._http import hf_raise_for_status

from desktop.models.hub.errors import (
    DamagedDownloadError,
    DiskRefusedError,
    HubBusyError,
    HubConsentError,
    HubError,
    HubNotFoundError,
    HubTokenError,
    HubUnreachableError,
)
from desktop.models.hub.messages import (
    Checking,
    Fetch,
    Fetched,
    Found,
    HubFile,
    HubModel,
    HubRepository,
    Inspect,
    Inspected,
    Received,
    Refused,
    Reply,
    Request,
    Search,
)
from shared.contracts.errors import PentimentoError

PART_ENDING = ".part"
ATTEMPTS = 6
"""In a row without a byte; the waits between them add up to half a minute."""

_CHUNK = 256 * 1024
_ANSWER_SECONDS = 20
_EXPANDED = ["downloads", "likes", "gated", "tags", "pipeline_tag", "lastModified"]
_TELL_SECONDS = 0.2
_SERVER_FAULTS = {408, 429, 500, 502, 503, 504}
_LINE_FAULTS = (httpx2.TransportError,)

# The library's own is 10 MB: on a slow line nothing would be told, or kept, for a minute.
constants.DOWNLOAD_CHUNK_SIZE = _CHUNK


def answer(request: Request) -> Iterator[Reply]:
    """The last reply is a final one; whatever goes wrong is told in words."""
    try:
        if isinstance(request, Search):
            yield Found(models=_search(request))
        elif isinstance(request, Inspect):
            yield Inspected(repository=_inspect(request))
        else:
            yield from _fetch(request)
            yield Fetched()
    except PentimentoError as error:
        yield Refused(error=error.report)
    except Exception as error:  # noqa: BLE001 - the parent must hear of it, whatever it was
        repo = "" if isinstance(request, Search) else request.repo
        yield Refused(error=_in_words(error, repo).report)


def _search(request: Search) -> tuple[HubModel, ...]:
    """One question, answered at once or not at all: the library's own search tries for half a minute."""
    access = request.access
    response = get_session().get(
        f"{access.endpoint or constants.ENDPOINT}/api/models",
        params={
            "search": request.words,
            "sort": "downloads",
            "limit": request.limit,
            "expand": _EXPANDED,
        },
        headers=build_hf_headers(token=access.token or False),
        timeout=_ANSWER_SECONDS,
    )
    hf_raise_for_status(response)
    return tuple(
        _model(ModelInfo(**each))  # type: ignore[no-untyped-call]  # the library's
        for each in response.json()
    )


def _inspect(request: Inspect) -> HubRepository:
    api = HfApi(endpoint=request.access.endpoint or None, token=request.access.token or False)
    info = api.model_info(request.repo, files_metadata=True, timeout=_ANSWER_SECONDS)
    files = tuple(
        HubFile(
            path=each.rfilename,
            size=each.size or 0,
            sha256=each.lfs.sha256 if each.lfs else "",
            git_id=each.blob_id or "" if not each.lfs else "",
        )
        for each in info.siblings or ()
    )
    return HubRepository(model=_model(info), commit=info.sha or "main", files=files)


def _model(info: ModelInfo) -> HubModel:
    card = info.card_data
    licence = str(card.license) if card and card.license else ""
    tagged = next((tag.removeprefix("license:") for tag in info.tags or () if tag.startswith("license:")), "")
    return HubModel(
        id=info.id,
        downloads=info.downloads or 0,
        likes=info.likes or 0,
        gate=info.gated if info.gated in {"auto", "manual"} else "",
        licence=licence or tagged,
        task=info.pipeline_tag or "",
        changed_at=info.last_modified,
    )


def _fetch(request: Fetch) -> Iterator[Reply]:
    """Goes on where an earlier try ended, however it ended; what arrived is believed only by its hash."""
    target = Path(request.target)
    part = target.with_name(target.name + PART_ENDING)
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        if part.exists() and part.stat().st_size > request.file.size:
            part.unlink()
        yield from _until_whole(request, part)
    yield Checking()
    arrived = target if target.exists() else part
    if not _is_sound(arrived, request.file):
        arrived.unlink()
        raise DamagedDownloadError(request.file.path)
    if arrived is part:
        part.replace(target)


def _until_whole(request: Fetch, part: Path) -> Iterator[Reply]:
    """Again and again while bytes come; without any for some tries, the error is told."""
    failures, before = 0, -1
    while True:
        size = part.stat().st_size if part.exists() else 0
        failures = 0 if size > before else failures
        before = size
        yield Received(size=size)
        try:
            yield from _in_background(lambda tell: _receive(request, part, tell))
        except Exception as error:
            failures += 1
            if failures >= ATTEMPTS or not _may_pass(error):
                raise
            yield Received(size=part.stat().st_size if part.exists() else 0, waiting=True)
            time.sleep(min(2.0**failures / 4, 10))
        else:
            return


def _receive(request: Fetch, part: Path, tell: Callable[[int], None]) -> None:
    access = request.access
    url = hf_hub_url(
        request.repo, request.file.path, revision=request.commit, endpoint=access.endpoint or None
    )
    token = access.token or False
    metadata = get_hf_file_metadata(url, token=token, endpoint=access.endpoint or None)
    headers = build_hf_headers(token=token)
    if httpx2.URL(metadata.location).host != httpx2.URL(url).host:
        headers.pop("authorization", None)  # a token is for the Hub, never for where it keeps its files
    size = part.stat().st_size if part.exists() else 0
    with part.open("ab", buffering=0) as file:
        http_get(
            metadata.location,
            file,
            resume_size=size,
            headers=headers,
            expected_size=request.file.size,
            tqdm_class=_counter(size, tell),
            _nb_retries=0,
        )


def _in_background(work: Callable[[Callable[[int], None]], None]) -> Iterator[Reply]:
    """The work in a thread, what it tells as replies; some a second are enough."""
    told: queue.SimpleQueue[int | BaseException | None] = queue.SimpleQueue()

    def run() -> None:
        try:
            work(told.put)
        except BaseException as error:  # noqa: BLE001 - raised again where it is waited for
            told.put(error)
        else:
            told.put(None)

    threading.Thread(target=run, daemon=True).start()
    last = 0.0
    while (each := told.get()) is not None:
        if isinstance(each, BaseException):
            raise each
        if time.monotonic() - last >= _TELL_SECONDS:
            last = time.monotonic()
            yield Received(size=each)


def _counter(start: int, tell: Callable[[int], None]) -> Any:
    """What the library takes for a progress bar."""

    class Counter:
        def __init__(self, *_: object, **__: object) -> None:
            self._size = start

        def update(self, size: int) -> None:
            self._size += size
            tell(self._size)

        def __enter__(self) -> Self:
            return self

        def __exit__(self, *_: object) -> None:
            return

    return Counter


def _is_sound(path: Path, file: HubFile) -> bool:
    if path.stat().st_size != file.size:
        return False
    with path.open("rb") as content:
        if file.sha256:
            return hashlib.file_digest(content, "sha256").hexdigest() == file.sha256
        if file.git_id:
            blob = hashlib.sha1(b"blob %d\0" % file.size, usedforsecurity=False)
            blob.update(content.read())
            return blob.hexdigest() == file.git_id
    return True


def _may_pass(error: Exception) -> bool:
    if isinstance(error, HfHubHTTPError):
        return error.response is not None and error.response.status_code in _SERVER_FAULTS
    return isinstance(error, _LINE_FAULTS) or (isinstance(error, OSError) and error.errno is None)


def _in_words(error: Exception, repo: str) -> PentimentoError:  # noqa: PLR0911 - one line a case
    if isinstance(error, GatedRepoError):
        return HubConsentError(repo)
    if isinstance(
        error, RepositoryNotFoundError | RevisionNotFoundError | EntryNotFoundError | HFValidationError
    ):
        return HubNotFoundError(repo)
    if isinstance(error, HfHubHTTPError) and error.response is not None:
        return _status_in_words(error.response.status_code, repo)
    if isinstance(error, _LINE_FAULTS):
        return HubUnreachableError(str(error) or type(error).__name__)
    if isinstance(error, FileMetadataError):
        return HubUnreachableError("it does not answer as the Hub does")
    if isinstance(error, OSError) and error.errno is not None:
        reason = "there is no room" if error.errno == errno.ENOSPC else error.strerror
        return DiskRefusedError(error.filename or "", reason)
    return HubUnreachableError(f"{type(error).__name__}: {error}")


def _status_in_words(status: int, repo: str) -> HubError:
    if status == 401:
        return HubTokenError()
    if status == 403:
        return HubConsentError(repo)
    if status == 404:
        return HubNotFoundError(repo)
    return HubBusyError(status)
