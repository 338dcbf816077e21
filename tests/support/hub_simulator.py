"""The Hub on loopback: search, listings, and files by redirect and range, with every fault that a line can have."""

import hashlib
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from tests.support.loopback import listening

COMMIT = "c0" * 20
_SMALL = 1000
"""Larger files are kept by their SHA-256 and served from another place, as Git LFS does."""
_CHUNK = 64 * 1024


@dataclass
class Repository:
    files: dict[str, bytes]
    gate: str = ""
    private: bool = False
    licence: str = "openrail"
    downloads: int = 100
    task: str = "text-to-image"


@dataclass
class HubSimulator:
    """`faults` are statuses that the next requests for a file get; `cuts` are sizes after which the line breaks.

    `served` counts the bytes that were sent of each file. `pace` is how many bytes go out in a second.
    """

    repositories: dict[str, Repository] = field(default_factory=dict)
    token: str = "hf_right"
    faults: list[int] = field(default_factory=list)
    cuts: list[int] = field(default_factory=list)
    pace: float | None = None
    lies: dict[str, bytes] = field(default_factory=dict)
    """Content that is served in place of a file's own."""
    ignores_ranges: bool = False
    served: Counter[str] = field(default_factory=Counter)
    ranges: list[str] = field(default_factory=list)
    searches: list[str] = field(default_factory=list)
    tokens_elsewhere: list[str] = field(default_factory=list)
    """Tokens that were sent to the place of large files, where none belongs."""

    @contextmanager
    def running(self) -> Iterator[str]:
        """Its address."""
        app = Starlette(
            routes=[
                Route("/api/models", self._search),
                Route("/api/models/{owner}/{name}", self._inspect),
                Route("/api/models/{owner}/{name}/revision/{revision}", self._inspect),
                Route(
                    "/{owner}/{name}/resolve/{revision}/{path:path}", self._resolve, methods=["GET", "HEAD"]
                ),
                Route("/large/{owner}/{name}/{path:path}", self._large),
            ]
        )
        with listening(app) as address:
            yield address

    def add(self, repo: str, files: Mapping[str, bytes], **details: Any) -> Repository:
        self.repositories[repo] = Repository(dict(files), **details)
        return self.repositories[repo]

    async def _search(self, request: Request) -> Response:
        words = request.query_params.get("search", "")
        self.searches.append(words)
        limit = int(request.query_params.get("limit", 1000))
        found = [repo for repo in self.repositories if words.lower() in repo.lower()]
        found.sort(key=lambda repo: -self.repositories[repo].downloads)
        if self.faults:
            return Response(status_code=self.faults.pop(0))
        return JSONResponse(
            [self._described(repo) for repo in found[:limit] if not self.repositories[repo].private]
        )

    async def _inspect(self, request: Request) -> Response:
        repo = _repo(request)
        if refusal := self._refusal(request, repo, for_files=False):
            return refusal
        siblings = [
            {
                "rfilename": path,
                "size": len(content),
                "blobId": _git_id(content),
                **(
                    {"lfs": {"sha256": _sha256(content), "size": len(content), "pointerSize": 130}}
                    if _is_large(content)
                    else {}
                ),
            }
            for path, content in self.repositories[repo].files.items()
        ]
        return JSONResponse({**self._described(repo), "sha": COMMIT, "siblings": siblings})

    async def _resolve(self, request: Request) -> Response:
        repo, path = _repo(request), request.path_params["path"]
        if self.faults:
            return Response(status_code=self.faults.pop(0), headers={"Retry-After": "0"})
        if refusal := self._refusal(request, repo, for_files=True):
            return refusal
        content = self.repositories[repo].files.get(path)
        if content is None:
            return Response(status_code=404, headers={"X-Error-Code": "EntryNotFound"})
        headers = {"X-Repo-Commit": COMMIT}
        if _is_large(content):
            headers |= {
                "X-Linked-Etag": f'"{_sha256(content)}"',
                "X-Linked-Size": str(len(content)),
                "Location": f"http://localhost:{request.url.port}/large/{repo}/{path}?signed=1",
            }
            return Response(status_code=302, headers=headers)
        return self._content(request, path, headers)

    async def _large(self, request: Request) -> Response:
        if token := request.headers.get("authorization"):
            self.tokens_elsewhere.append(token)
        return self._content(request, request.path_params["path"], {})

    def _content(self, request: Request, path: str, headers: dict[str, str]) -> Response:
        content = self.repositories[_repo(request)].files[path]
        headers |= {"ETag": f'"{_git_id(content)}"', "Accept-Ranges": "bytes"}
        content = self.lies.get(path, content)
        if request.method == "HEAD":
            return Response(headers={**headers, "Content-Length": str(len(content))})
        start, status = 0, 200
        asked = request.headers.get("range")
        if asked and not self.ignores_ranges:
            self.ranges.append(asked)
            start, status = int(asked.removeprefix("bytes=").partition("-")[0]), 206
            if start >= len(content):
                return Response(status_code=416, headers={"Content-Range": f"bytes */{len(content)}"})
            headers["Content-Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
        headers["Content-Length"] = str(len(content) - start)
        cut = self.cuts.pop(0) if self.cuts else None
        return StreamingResponse(
            self._chunks(path, content[start:], cut), status_code=status, headers=headers
        )

    def _chunks(self, path: str, content: bytes, cut: int | None) -> Iterator[bytes]:
        end = len(content) if cut is None else min(cut, len(content))
        for place in range(0, end, _CHUNK):
            chunk = content[place : min(place + _CHUNK, end)]
            if self.pace:
                time.sleep(len(chunk) / self.pace)
            self.served[path] += len(chunk)
            yield chunk
        if end < len(content):
            raise ConnectionResetError

    def _refusal(self, request: Request, repo: str, *, for_files: bool) -> Response | None:
        known = self.repositories.get(repo)
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        if token and token != self.token:
            return Response(
                status_code=401, headers={"X-Error-Message": "Invalid credentials in Authorization header"}
            )
        if known is None or (known.private and not token):
            return Response(status_code=404 if token else 401, headers={"X-Error-Code": "RepoNotFound"})
        if for_files and known.gate and not token:
            return Response(status_code=401, headers={"X-Error-Code": "GatedRepo"})
        return None

    def _described(self, repo: str) -> dict[str, Any]:
        known = self.repositories[repo]
        return {
            "id": repo,
            "modelId": repo,
            "downloads": known.downloads,
            "likes": 7,
            "gated": known.gate or False,
            "private": known.private,
            "tags": ["diffusers", f"license:{known.licence}"],
            "pipeline_tag": known.task,
            "lastModified": "2026-05-01T10:00:00.000Z",
        }


def _repo(request: Request) -> str:
    return f"{request.path_params['owner']}/{request.path_params['name']}"


def _is_large(content: bytes) -> bool:
    return len(content) > _SMALL


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _git_id(content: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()
