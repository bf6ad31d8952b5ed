"""A span for each attempt of a step and one for the flow, in one trace, whichever process sends them."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.id_generator import IdGenerator, RandomIdGenerator
from opentelemetry.sdk.trace.sampling import TraceIdRatioBased

from tests.integration.durable.shop import Order, World, new_world
from tests.integration.durable.team import Team
from wfapp.models import Flow
from wfapp.observers.ids import FlowIds
from wfapp.observers.tracing import _ids as ids_of
from wfapp.observers.tracing import trace_event
from wfapp.signals import announced, flow_event

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def outside() -> Iterator[World]:
    """Give the outside world."""
    with new_world() as fresh:
        yield fresh


@pytest.fixture(autouse=True)
def traced() -> Iterator[None]:
    """Trace flows."""
    flow_event.connect(trace_event)
    yield
    assert announced()
    flow_event.disconnect(trace_event)


def exported(monkeypatch: pytest.MonkeyPatch, ids: IdGenerator, **options: Any) -> InMemorySpanExporter:
    """Make a provider the site's, and give what it exports to."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider(id_generator=ids, shutdown_on_exit=False, **options)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(trace, "get_tracer_provider", lambda: provider)
    return exporter


def spans_of(exporter: InMemorySpanExporter) -> dict[str, ReadableSpan]:
    assert announced()
    return {span.name.removeprefix("tests/durable-order "): span for span in exporter.get_finished_spans()}


def test_a_flow_is_one_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its own span is the root, its steps are below it; nothing of its values is there."""
    exporter = exported(monkeypatch, FlowIds())
    Order.start(data={"city": "Linz"}).submit({})
    spans = spans_of(exporter)
    assert list(spans) == [
        "address",
        "plain",
        "reserve",
        "charge",
        "note",
        "confirm",
        "ship",
        "done",
        "tests/durable-order",
    ]
    root = spans["tests/durable-order"]
    assert root.parent is None
    assert (root.context.trace_id, root.context.span_id) == ids_of(Flow.objects.get().id)
    below = [span for span in spans.values() if span is not root]
    assert {(span.parent.span_id, span.context.trace_id) for span in below if span.parent} == {
        (root.context.span_id, root.context.trace_id)
    }
    assert all(root.start_time <= span.start_time <= span.end_time <= root.end_time for span in below)  # type: ignore[operator]
    assert dict(spans["charge"].attributes or {}) == {
        "wfapp.workflow": "tests/durable-order",
        "wfapp.flow": str(Flow.objects.get().id),
        "wfapp.event": "step_done",
        "wfapp.revision": 1,
        "wfapp.step": "charge",
    }


def test_what_failed_is_an_error(monkeypatch: pytest.MonkeyPatch, outside: World) -> None:
    """Named by the type of the exception; each undo is a span too."""
    exporter = exported(monkeypatch, FlowIds())
    outside.errors["ship"] = [OSError("no van to Linz")]
    Order.start(data={"city": "Linz"}).submit({})
    spans = spans_of(exporter)
    ship = spans["ship"]
    assert (ship.status.status_code.name, (ship.attributes or {})["error.type"]) == ("ERROR", "OSError")
    assert spans["charge undo"].status.is_ok
    assert spans["tests/durable-order"].status.status_code.name == "ERROR"
    assert "Linz" not in "".join(span.to_json() for span in spans.values())


def test_steps_beside_each_other_have_a_span_each(monkeypatch: pytest.MonkeyPatch) -> None:
    """Below the flow's, as all others."""
    exporter = exported(monkeypatch, FlowIds())
    Team.start()
    spans = {name.removeprefix("tests/durable-team "): span for name, span in spans_of(exporter).items()}
    root = spans.pop("tests/durable-team")
    assert set(spans) == {"prepare", "letter", "audit", "after", "end"}
    assert {span.parent and span.parent.span_id for span in spans.values()} == {root.context.span_id}


def test_without_its_ids_a_flow_is_one_trace_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only that the one span above all others is never sent."""
    exporter = exported(monkeypatch, RandomIdGenerator())
    Order.start(data={"city": "Linz"}).submit({})
    spans = spans_of(exporter).values()
    assert len({span.context.trace_id for span in spans}) == 1
    assert len({span.parent.span_id for span in spans if span.parent}) == 1
    assert len({span.context.span_id for span in spans}) == 9


@pytest.mark.parametrize(("rate", "count"), [(0.0, 0), (1.0, 9)])
def test_a_trace_is_sampled_whole_or_not_at_all(monkeypatch: pytest.MonkeyPatch, rate: float, count: int) -> None:
    """By the site's own sampler."""
    exporter = exported(monkeypatch, FlowIds(), sampler=TraceIdRatioBased(rate))
    Order.start(data={"city": "Linz"}).submit({})
    assert len(spans_of(exporter)) == count


def test_a_sampler_takes_as_many_flows_as_it_says() -> None:
    """It goes by the ids of their traces."""
    traces = [ids_of(uuid.UUID(int=number, version=4))[0] for number in range(1000)]
    for rate in (0.1, 0.5, 0.9):
        sampler = TraceIdRatioBased(rate)
        taken = [trace for trace in traces if sampler.should_sample(None, trace, "a flow").decision.is_sampled()]
        assert rate - 0.05 < len(taken) / 1000 < rate + 0.05


def test_other_spans_have_random_ids() -> None:
    """The site's own are not touched."""
    ids = FlowIds()
    assert ids.generate_span_id() != ids.generate_span_id()
    assert ids.generate_trace_id() != ids.generate_trace_id()
