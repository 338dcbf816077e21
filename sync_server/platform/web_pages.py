"""Pages for people: server-rendered, without scripts, in the reader's language, with nothing fetched from elsewhere."""

from http import HTTPStatus
from pathlib import Path
from typing import Any

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from sync_server.platform.errors import ServerError
from sync_server.platform.languages import current_language, translate

_LAYOUTS = Path(__file__).parent / "pages"
_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)


class WebPages:
    """Templates of one feature, which extend page.html. In them `t("…")` is the text in the reader's language."""

    def __init__(self, folder: Path) -> None:
        self._templates = Environment(
            loader=FileSystemLoader([folder, _LAYOUTS]),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.globals["t"] = _translated
        self._templates.globals["problem"] = ""

    def render(self, name: str, *, status: int = HTTPStatus.OK, **values: Any) -> HTMLResponse:
        html = self._templates.get_template(name).render(language=current_language.get(), **values)
        return HTMLResponse(html, status_code=status, headers={"Content-Security-Policy": _POLICY})

    def refuse(self, name: str, error: ServerError, **values: Any) -> HTMLResponse:
        """The same page with what went wrong."""
        report, language = error.report, current_language.get()
        told = " ".join(
            translate(text, language, report.values) for text in (report.message, report.advice) if text
        )
        reply = self.render(name, status=error.status, problem=told, **values)
        reply.headers.update(error.headers)
        return reply


def _translated(text: str, **values: object) -> str:
    return translate(text, current_language.get(), values)
