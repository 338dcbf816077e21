"""Traces to an OpenTelemetry collector and metrics for Prometheus, each only where the operator wants it."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from fastapi import FastAPI, Response
from fastapi.telemetry import TelemetryConfig
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Span as SdkSpan
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.trace import Span, SpanKind, StatusCode, use_span
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Histogram, generate_latest, multiprocess
from sqlalchemy import event
from sqlalchemy.engine import ExceptionContext
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sync_server.platform.database import Database

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)


class TelemetrySettings(Protocol):
    @property
    def otlp_url(self) -> str: ...
    @property
    def metrics(self) -> bool: ...


class Telemetry:
    """Give `for_fastapi` to the application as it is made, install it, and close it at the end."""

    def __init__(self, settings: TelemetrySettings, *, exporter: SpanExporter | None = None) -> None:
        self._metrics = settings.metrics
        self._traces: TracerProvider | None = None
        if settings.otlp_url or exporter:
            self._traces = TracerProvider(
                resource=Resource.create({"service.name": "pentimento-server"}), shutdown_on_exit=False
            )
            self._traces.add_span_processor(WithoutQuery())
            target = exporter or OTLPSpanExporter(endpoint=f"{settings.otlp_url.rstrip('/')}/v1/traces")
            self._traces.add_span_processor(BatchSpanProcessor(target))

    @property
    def for_fastapi(self) -> TelemetryConfig:
        if self._traces is None:
            return {"tracing": False, "metrics": False, "logs": False}
        return {"tracer_provider": self._traces, "metrics": False, "logs": False}

    def install(self, app: FastAPI, database: Database) -> None:
        if self._traces is not None:
            _trace_queries(database, self._traces)
        if self._metrics:
            _install_metrics(app)

    def close(self) -> None:
        """Sends what waits. Blocks for at most some seconds."""
        if self._traces is not None:
            self._traces.shutdown()


class WithoutQuery(SpanProcessor):
    """Query strings hold codes and tokens of sign-ins."""

    def on_start(self, span: SdkSpan, parent_context: Context | None = None) -> None:  # noqa: ARG002 - the library's signature
        if span.attributes and "url.query" in span.attributes:
            span.set_attribute("url.query", "[hidden]")


def _trace_queries(database: Database, provider: TracerProvider) -> None:
    """By SQLAlchemy's own events: the instrumentation package knows no SQLAlchemy as new as ours."""
    tracer = provider.get_tracer("pentimento.database")

    def start(statement: str) -> Span:
        name = statement.split(maxsplit=1)[0].upper() if statement.strip() else "QUERY"
        span = tracer.start_span(name, kind=SpanKind.CLIENT)
        span.set_attributes({"db.system": "postgresql", "db.query.text": statement})
        return span

    def begin(*arguments: Any) -> None:
        arguments[4].pentimento_span = start(arguments[2])  # lives exactly as long as the statement

    def end(*arguments: Any) -> None:
        arguments[4].pentimento_span.end()

    def failed(problem: ExceptionContext) -> None:
        span = getattr(problem.execution_context, "pentimento_span", None)
        if span is not None:
            span.set_status(StatusCode.ERROR)
            span.end()

    @contextmanager
    def observe(statement: str) -> Iterator[None]:
        with use_span(start(statement), end_on_exit=True):
            yield

    engine = database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", begin)
    event.listen(engine, "after_cursor_execute", end)
    event.listen(engine, "handle_error", failed)
    database.alone.observe(observe)


def _install_metrics(app: FastAPI) -> None:
    registry = CollectorRegistry()
    durations = Histogram(
        "pentimento_request_seconds",
        "How long requests took, by route.",
        ("method", "route", "status"),
        registry=registry,
        buckets=_SECONDS,
    )
    app.add_middleware(MeasureRequests, durations=durations)

    @app.get("/metrics", include_in_schema=False)
    async def metrics() -> Response:
        told = registry
        if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
            told = CollectorRegistry()
            multiprocess.MultiProcessCollector(told)  # type: ignore[no-untyped-call]  # the library's is not typed
        return Response(generate_latest(told), media_type=CONTENT_TYPE_LATEST)


class MeasureRequests:
    """By the route's template, so that ids in paths do not make a series each."""

    def __init__(self, app: ASGIApp, *, durations: Histogram) -> None:
        self._app = app
        self._durations = durations

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = "none"

        async def note_status(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = str(message["status"])
            await send(message)

        began = time.perf_counter()
        try:
            await self._app(scope, receive, note_status)
        finally:
            route = getattr(scope.get("route"), "path", "unknown")
            method = scope["method"] if scope["method"] in _METHODS else "OTHER"
            self._durations.labels(method, route, status).observe(time.perf_counter() - began)


_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
