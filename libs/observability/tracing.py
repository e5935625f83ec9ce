"""Traces (W3C Trace Context) that run from a request through the queue, sent by OTLP over HTTP where that is asked for.

Until `begin_tracing` nothing here does anything, and OpenTelemetry is not even imported. What a span tells is which
code ran for how long: no address of a page, no parameter of a statement, no name of a person.
"""

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Span, Tracer

Kind = Literal["SERVER", "CONSUMER", "INTERNAL"]

TRACEPARENT = "traceparent"
_PATH = "/v1/traces"
_GIVES_UP_AFTER = 3.0  # seconds: a collector that is away shall keep no process from ending


class _Tracing:
    """Where the spans of this process go; none until tracing has begun."""

    provider: "TracerProvider | None" = None
    tracer: "Tracer | None" = None


_NOTHING: AbstractContextManager[None] = nullcontext()


def begin_tracing(endpoint: str, process: str) -> None:
    """Send this process's spans to an endpoint of OTLP over HTTP from now on; without one, do nothing.

    Headers for it and the sampling are OpenTelemetry's own variables: OTEL_EXPORTER_OTLP_HEADERS, OTEL_TRACES_SAMPLER.
    """
    if not endpoint:
        return
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

    provider = TracerProvider(resource=Resource.create({"service.name": process, "service.namespace": "moussem"}))
    exporter = OTLPSpanExporter(endpoint.rstrip("/") + _PATH, timeout=_GIVES_UP_AFTER)
    provider.add_span_processor(BatchSpanProcessor(exporter, schedule_delay_millis=1_000))
    _Tracing.provider, _Tracing.tracer = provider, provider.get_tracer("moussem")


def end_tracing() -> None:
    """Send what was not sent yet."""
    if _Tracing.provider is not None:
        _Tracing.provider.shutdown()
        _Tracing.provider = _Tracing.tracer = None


def is_tracing() -> bool:
    return _Tracing.tracer is not None


def span(
    name: str, *, parent: str | None = None, kind: Kind = "INTERNAL", attributes: Mapping[str, Any] | None = None
) -> "AbstractContextManager[Span | None]":
    """Return a span for a block: a child of the `traceparent` given, else of the span that the block stands in."""
    if _Tracing.tracer is None:
        return _NOTHING
    from opentelemetry.trace import SpanKind  # noqa: PLC0415
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator  # noqa: PLC0415

    context = TraceContextTextMapPropagator().extract({TRACEPARENT: parent}) if parent else None
    return _Tracing.tracer.start_as_current_span(name, context, SpanKind[kind], dict(attributes or {}))


def traceparent() -> str | None:
    """Return the current span as a header or an envelope carries it (W3C Trace Context, 3.2); none outside of one."""
    if _Tracing.tracer is None:
        return None
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator  # noqa: PLC0415

    carrier: dict[str, str] = {}
    TraceContextTextMapPropagator().inject(carrier)
    return carrier.get(TRACEPARENT)
