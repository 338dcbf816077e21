"""`pentimento models` and `pentimento download`: what can be painted with, and how to get more."""

import asyncio
import hashlib
import json
from pathlib import Path

from desktop.app.container import Container
from desktop.app.headless.terminal import ProgressLine, say, say_aside
from desktop.models.downloads import Download, DownloadFile, Downloads
from desktop.models.entries import KINDS
from desktop.models.offers import Offer, offers
from shared.contracts.errors import InvalidRequestError, NotFoundError, PentimentoError

_MEGABYTE = 1_000_000


async def list_models(container: Container, *, as_json: bool, kind: str = "") -> None:
    """Of one kind, or of every one. Raises InvalidRequestError."""
    if kind and kind not in KINDS:
        raise InvalidRequestError(
            "There is no kind {name}.", advice="Use {names}.", name=kind, names=", ".join(KINDS)
        )
    await container.models.scan()
    files = [file for file in container.models.files if kind in {"", file.kind}]
    if as_json:
        say(json.dumps([file.model_dump(mode="json") for file in files], indent=2, ensure_ascii=False))
    else:
        for file in files:
            size = f"{file.size_bytes / _MEGABYTE:,.0f} MB"
            say(f"{file.id}\t{file.name}\t{file.kind}\t{file.family or '-'}\t{size}\t{file.path}")
    for problem in container.models.problems:
        say_aside(f"pentimento: {problem.report.text}")
    for file in container.models.missing:
        say_aside(f"pentimento: {file.path} was here before and is gone.")
    if not container.models.models:
        say_aside(f"No model was found. Put one into {container.models.own_folder}.")


async def download_model(container: Container, repo: str, *, file: str, progress: ProgressLine) -> Path:
    """Where it lies now. Stopped at any moment, the same command goes on there. Raises PentimentoError."""
    repository = await container.hub.inspect(repo)
    offer = _chosen(offers(repository), file, repo)
    model = repository.model
    say_aside(f"{model.id}, licence: {model.licence or 'not stated'}, {offer.size / _MEGABYTE:,.0f} MB")
    downloads = Downloads(
        hub=container.hub,
        folder=container.folders.models,
        file=DownloadFile(container.folders.root / "downloads-of-the-terminal.json"),
        new_id=lambda: hashlib.sha256(f"{repo} {repository.commit} {offer.name}".encode()).hexdigest()[:16],
    )
    ended: asyncio.Future[Download] = asyncio.get_running_loop().create_future()

    def follow(download: Download) -> None:
        done, size = download.received / _MEGABYTE, download.size / _MEGABYTE
        progress.say(f"{done:,.0f} of {size:,.0f} MB {download.state}")
        if download.state in {"done", "failed"} and not ended.done():
            ended.set_result(download)

    downloads.changed.subscribe(follow)
    try:
        await downloads.add(repository, offer)
        download = await ended
    finally:
        progress.clear()
        await downloads.close()
    if download.error is not None:
        raise PentimentoError.from_report(download.error)
    return download.place or container.folders.models


def _chosen(choice: tuple[Offer, ...], file: str, repo: str) -> Offer:
    """The one of that name; without a name the first, which is the whole model where there is one."""
    for offer in choice:
        if file in {"", offer.name}:
            return offer
    raise NotFoundError(
        "{repo} offers no {name} that can be used.",
        advice="It offers: {names}.",
        repo=repo,
        name=file or "model",
        names=", ".join(offer.name for offer in choice) or "nothing",
    )
